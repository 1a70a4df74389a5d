import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServedRegistry, serveLayout } from "../../src/oci/index.ts";
import { type CliResult, runMirror, type Workspace, workspace } from "./cli.ts";
import { type PyxisRig, startPyxis } from "./pyxis/index.ts";

export const GREETER = "65f0c2a1b3d4e5f60718293a";
const WORKER = "65f0c2a1b3d4e5f60718293b";
const BUNDLE = "65f0c2a1b3d4e5f60718293c";

/** Two images (one of them for two architectures) and the bundle that names them, on their way through certification. */
export interface CertifiedRelease {
  readonly pyxis: PyxisRig;
  readonly workspace: Workspace;
  readonly config: string;
  readonly env: Record<string, string>;
  /** Pushes of the bundle, and how many images were unpublished at that moment. */
  readonly pushes: { url: string; unpublished: number }[];
  mirror(...args: string[]): Promise<CliResult>;
  /** Of each of the three images one of everything, and a bundle that came after all of them. */
  expectOnce(): void;
  stop(): Promise<void>;
}

/** Starts a registry and a certification service, and writes a config for them. */
export async function certifiedRelease(): Promise<CertifiedRelease> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-certification-"));
  const pyxis = await startPyxis();
  pyxis.component(GREETER, { scratch: true, publicRepository: "acme/greeter" });
  pyxis.component(WORKER, { scratch: true, publicRepository: "acme/worker" });
  const pushes: { url: string; unpublished: number }[] = [];
  const hosted = await serveLayout({
    folder,
    listen: { host: "127.0.0.1", port: 0 },
    onRequest: ({ method, url }) => {
      if (method !== "PUT" || !url.includes(`redhat-isv-containers/${BUNDLE}/manifests/`)) return;
      const published = pyxis.state.images.filter((image) => image.publishedAt !== undefined).length;
      pushes.push({ url, unpublished: 3 - published });
    },
  });
  const config = configOf(hosted, pyxis);
  const release = await workspace(config);
  await release.write("licences/licence.txt", "free for all");
  await release.write("manifests/acme.clusterserviceversion.yaml", CSV);
  const env = { PYXIS_API_KEY: pyxis.key };
  return {
    pyxis,
    workspace: release,
    config,
    env,
    pushes,
    mirror: (...args) => runMirror(args, { cwd: release.folder, env }),
    expectOnce: () => expectOnce(pyxis, pushes),
    stop: async () => {
      await Promise.all([hosted.close(), pyxis.stop(), release.remove()]);
      await rm(folder, { recursive: true });
    },
  };
}

const CSV = `apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata: { name: acme.v1.0.0, annotations: { capabilities: Basic Install } }
spec:
  displayName: Acme
  version: 1.0.0
  provider: { name: Acme }
  installModes: [{ type: AllNamespaces, supported: true }]
  install:
    strategy: deployment
    spec:
      deployments:
        - name: acme
          spec:
            template:
              spec:
                containers:
                  - { name: greeter, image: "registry.connect.redhat.com/acme/greeter:1.0.0" }
                  - { name: worker, image: "registry.connect.redhat.com/acme/worker:1.0.0" }
`;

const configOf = (hosted: ServedRegistry, pyxis: PyxisRig): string => `version: 1
registries:
  rhcr:
    type: rhcr
    host: "${hosted.host}"
    vendor: acme
    catalog: ${pyxis.base}
    portal: ${pyxis.portal}
    apiKey: "\${env:PYXIS_API_KEY}"
images:
  greeter: { version: 1.0.0, build: ${build("greeter", "linux/amd64")} }
  worker: { version: 1.0.0, build: ${build("worker", "linux/amd64, linux/arm64")} }
targets:
  certified:
    registry: rhcr
    images:
      greeter: { as: greeter, component: ${GREETER} }
      worker: { as: worker, component: ${WORKER} }
bundles:
  acme:
    manifests: manifests
    images: certified
    features:
      { disconnected: true, fips-compliant: false, proxy-aware: false, tls-profiles: false,
        token-auth-aws: false, token-auth-azure: false, token-auth-gcp: false }
    to: { target: certified, as: "acme-bundle:1.0.0", component: ${BUNDLE} }
    needs: ["published:certified"]
`;

function build(name: string, platforms: string): string {
  const labels = ["name", "vendor", "version", "release", "summary", "description", "maintainer"]
    .map((label) => `${label}: ${label === "name" ? name : "acme"}`)
    .join(", ");
  return `{ files: [{ from: licences, to: /licenses }], platforms: [${platforms}], user: "1001", labels: { ${labels} } }`;
}

function expectOnce({ state }: PyxisRig, pushes: CertifiedRelease["pushes"]): void {
  const count = (operation: string) => state.requests.filter((request) => request.operation === operation).length;
  assert.equal(state.images.length, 3, "images");
  assert.equal(state.results.length, 3, "results");
  assert.ok(
    state.results.every(({ image }) => image !== undefined),
    "results belong to images",
  );
  assert.deepEqual([count("publish"), count("sync-tags")], [3, 3]);
  assert.ok(pushes.length > 0, "the bundle was pushed");
  assert.deepEqual(
    pushes.filter(({ unpublished }) => unpublished > 0),
    [],
    "and never before the last image was published",
  );
}
