import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** The working tree of an operator, in which a config is put beside package manifests. */
export interface OperatorTree {
  readonly folder: string;
  /** The certified manifests of 1.2.0 as the old script writes them, by name of file. */
  readonly certified: ReadonlyMap<string, string>;
}

/** A clone of the real one, in which its own script is run. */
export async function realTree(repository: string, folder: string): Promise<OperatorTree> {
  await exec("git", ["clone", "--quiet", repository, folder]);
  await exec("bash", ["packagemanifests-certified.sh", "1.2.0"], { cwd: folder });
  return { folder, certified: await textsIn(join(folder, "packagemanifests-certified/1.2.0")) };
}

/** A tree of our own in the same form, with every way of naming an image in it. */
export async function ownTree(folder: string): Promise<OperatorTree> {
  for (const version of ["0.7.0", "1.0.0", "1.2.0", "1.2.1"]) {
    const file = `seldon-deploy-operator.v${version}.clusterserviceversion.yaml`;
    await write(folder, `packagemanifests/${version}/${file}`, csv(version));
    await write(
      folder,
      `packagemanifests/${version}/service.yaml`,
      "apiVersion: v1\nkind: Service\nmetadata: { name: metrics }\n",
    );
    await cp(join(folder, "packagemanifests", version), join(folder, "packagemanifests-certified", version), {
      recursive: true,
    });
    await write(folder, `packagemanifests-certified/${version}/${file}`, certified(csv(version)));
  }
  await write(folder, "bundle/metadata/annotations.yaml", ANNOTATIONS);
  await write(folder, "bundle/tests/scorecard/config.yaml", "kind: Configuration\n");
  return { folder, certified: await textsIn(join(folder, "packagemanifests-certified/1.2.0")) };
}

async function write(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** The files of a folder, by name. */
export async function textsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
  );
}

/** What the old script did, in words of its own: each name in each form. */
const certified = (text: string): string =>
  [
    ["quay.io/seldon/seldon-deploy-server-operator", "seldon-deploy-operator"],
    ["seldonio/seldon-deploy-server-ubi", "seldon-deploy"],
    ["seldonio/hey-loadtester-ubi", "seldon-loadtester"],
    ["seldonio/seldon-core-s2i-python37", "seldon-batch-processor"],
    ["seldonio/kubectl", "kubectl"],
  ].reduce((edited, [from = "", to]) => edited.replaceAll(from, `registry.connect.redhat.com/seldonio/${to}`), text);

const REPLACED: Readonly<Record<string, string>> = { "1.0.0": "0.7.0", "1.2.0": "1.0.0", "1.2.1": "1.2.0" };

const csv = (version: string): string => `apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata:
  annotations:
    alm-examples: |-
      [
        {
          "apiVersion": "machinelearning.seldon.io/v1alpha1", "kind": "SeldonDeployment",
          "spec": {
            "image": { "image": "seldonio/seldon-deploy-server-ubi:${version}", "pullPolicy": "IfNotPresent" },
            "loadtest": {"image": "seldonio/hey-loadtester-ubi:0.1"},
            "kubectlCleanupImage": "seldonio/kubectl:1.14.3"
          }
        }
      ]
    containerImage: quay.io/seldon/seldon-deploy-server-operator:${version}
  name: seldon-deploy-operator.v${version}
spec:
  apiservicedefinitions:
    owned:
    - { group: machinelearning.seldon.io, version: v1alpha1, kind: SeldonDeployment, name: seldondeployments }
  displayName: Seldon Deploy Operator
  installModes:
  - { type: AllNamespaces, supported: true }
  install:
    strategy: deployment
    spec:
      deployments:
      - name: manager
        spec:
          template:
            spec:
              containers:
              - image: gcr.io/kubebuilder/kube-rbac-proxy:v0.5.0
                name: kube-rbac-proxy
              - env:
                - name: RELATED_IMAGE_DEPLOYMENT
                  value: seldonio/seldon-deploy-server-ubi:${version}
                - name: RELATED_IMAGE_BATCH_PROCESSOR
                  value: seldonio/seldon-core-s2i-python37:1.9.0-dev # the version that passes
                image: quay.io/seldon/seldon-deploy-server-operator:${version}
                name: manager
              initContainers:
              - image: "seldonio/kubectl:1.14.3"
                name: prepare
  version: ${version}${REPLACED[version] === undefined ? "" : `\n  replaces: seldon-deploy-operator.v${REPLACED[version]}`}
`;

const ANNOTATIONS = `annotations:
  # Core bundle annotations.
  operators.operatorframework.io.bundle.mediatype.v1: registry+v1
  operators.operatorframework.io.bundle.manifests.v1: manifests/
  operators.operatorframework.io.bundle.metadata.v1: metadata/
  operators.operatorframework.io.bundle.package.v1: seldon-deploy-operator
  operators.operatorframework.io.bundle.channels.v1: stable,alpha
  operators.operatorframework.io.bundle.channel.default.v1: stable

  # Annotations for testing.
  operators.operatorframework.io.test.mediatype.v1: scorecard+v1
  operators.operatorframework.io.test.config.v1: tests/scorecard/
`;
