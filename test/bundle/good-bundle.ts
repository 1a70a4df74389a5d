import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const FEATURES = ["disconnected", "fips-compliant", "proxy-aware", "tls-profiles"];
const TOKENS = ["token-auth-aws", "token-auth-azure", "token-auth-gcp"];

const features = [...FEATURES, ...TOKENS].map((one) => `    features.operators.openshift.io/${one}: "true"\n`).join("");

/** A bundle that nothing is to be said of. */
export const GOOD: Readonly<Record<string, string>> = {
  "manifests/toy.clusterserviceversion.yaml": `apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata:
  name: toy.v1.2.1
  annotations:
    capabilities: Basic Install
    categories: Database, Security
    olm.skipRange: ">=1.0.0 <1.2.1"
${features}    alm-examples: '[{"apiVersion": "toys.example.com/v1", "kind": "Toy"}]'
spec:
  displayName: Toy
  version: 1.2.1
  replaces: toy.v1.2.0
  skips: [toy.v1.1.9]
  minKubeVersion: 1.25.0
  provider: { name: Toys }
  maintainers: [{ name: Ann, email: ann@example.com }]
  links: [{ name: Toys, url: "https://example.com/toys" }]
  icon: [{ base64data: PHN2Zy8+, mediatype: image/svg+xml }]
  installModes:
    - { type: OwnNamespace, supported: true }
    - { type: AllNamespaces, supported: false }
  install:
    strategy: deployment
    spec:
      permissions:
        - serviceAccountName: toy
          rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
      deployments:
        - name: toy
          spec:
            selector: { matchLabels: { app: toy } }
            template:
              metadata: { labels: { app: toy } }
              spec:
                serviceAccountName: toy
                containers:
                  - name: manager
                    image: example.com/toy@sha256:${"a".repeat(64)}
                    env: [{ name: RELATED_IMAGE_TOY, value: "example.com/toy@sha256:${"a".repeat(64)}" }]
  customresourcedefinitions:
    owned:
      - { name: toys.toys.example.com, kind: Toy, version: v1, displayName: Toy }
  relatedImages:
    - { name: manager, image: "example.com/toy@sha256:${"a".repeat(64)}" }
`,
  "manifests/toys.crd.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: toys.toys.example.com
spec:
  group: toys.example.com
  names: { kind: Toy, listKind: ToyList, plural: toys, singular: toy }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object } }
`,
  "manifests/service.yaml": `apiVersion: v1
kind: Service
metadata:
  name: metrics
`,
  "metadata/annotations.yaml": `annotations:
  operators.operatorframework.io.bundle.mediatype.v1: registry+v1
  operators.operatorframework.io.bundle.manifests.v1: manifests/
  operators.operatorframework.io.bundle.metadata.v1: metadata/
  operators.operatorframework.io.bundle.package.v1: toy
  operators.operatorframework.io.bundle.channels.v1: stable,fast
  operators.operatorframework.io.bundle.channel.default.v1: stable
  com.redhat.openshift.versions: v4.12-v4.16
`,
};

/** A change of one file of the good bundle: what stood there, and what stands there instead. */
export interface Change {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** The good bundle with changes. Throws where there is nothing to change. */
export function changed(...changes: readonly Change[]): Readonly<Record<string, string>> {
  const files: Record<string, string> = { ...GOOD };
  for (const { path, from, to } of changes) {
    const text = files[path] ?? "";
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    files[path] = text.replace(from, to);
  }
  return files;
}

/** Writes files into a new folder, and removes it after use. */
export async function withFiles<T>(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<T>) {
  const folder = await mkdtemp(join(tmpdir(), "mirror-bundle-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
