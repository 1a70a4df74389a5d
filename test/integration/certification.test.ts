import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { type ServedRegistry, serveLayout } from "../../src/oci/index.ts";
import { type CliResult, runMirror, startMirror, type Workspace, workspace } from "../rig/cli.ts";
import { HOUR, type PyxisRig, startPyxis } from "../rig/pyxis/index.ts";

/**
 * Whole certifications by the built program: two images (one of them for two architectures) and the bundle that names
 * them, against the rig's certification service, on whose clock hours pass between the runs.
 */
const certification = suite("certification");
const GREETER = "65f0c2a1b3d4e5f60718293a";
const WORKER = "65f0c2a1b3d4e5f60718293b";
const BUNDLE = "65f0c2a1b3d4e5f60718293c";
const repositoryOf = (component: string): string => `redhat-isv-containers/${component}`;
let folder = "";
let hosted: ServedRegistry;
let pyxis: PyxisRig;
let release: Workspace;
/** Pushes of the bundle, and what was unpublished at that moment. */
let pushes: { url: string; unpublished: number }[] = [];

certification.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-certification-"));
  pyxis = await startPyxis();
  pyxis.component(GREETER, { scratch: true, publicRepository: "acme/greeter" });
  pyxis.component(WORKER, { scratch: true, publicRepository: "acme/worker" });
  pushes = [];
  hosted = await serveLayout({
    folder,
    listen: { host: "127.0.0.1", port: 0 },
    onRequest: ({ method, url }) => {
      if (method !== "PUT" || !url.includes(`${repositoryOf(BUNDLE)}/manifests/`)) return;
      const published = pyxis.state.images.filter((image) => image.publishedAt !== undefined).length;
      pushes.push({ url, unpublished: 3 - published });
    },
  });
  release = await workspace(config());
  await release.write("licences/licence.txt", "free for all");
  await release.write("manifests/acme.clusterserviceversion.yaml", CSV);
});
certification.after.each(async () => {
  await Promise.all([hosted.close(), pyxis.stop(), release.remove()]);
  await rm(folder, { recursive: true });
});

const CSV = `apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata: { name: acme.v1.0.0 }
spec:
  version: 1.0.0
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

const config = (): string => `version: 1
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
    to: { target: certified, as: "acme-bundle:1.0.0", component: ${BUNDLE} }
    needs: ["published:certified"]
`;

function build(name: string, platforms: string): string {
  const labels = ["name", "vendor", "version", "release", "summary", "description", "maintainer"]
    .map((label) => `${label}: ${label === "name" ? name : "acme"}`)
    .join(", ");
  return `{ files: [{ from: licences, to: /licenses }], platforms: [${platforms}], user: "1001", labels: { ${labels} } }`;
}

const env = (): Record<string, string> => ({ PYXIS_API_KEY: pyxis.key });
const mirror = (...args: string[]): Promise<CliResult> => runMirror(args, { cwd: release.folder, env: env() });

certification(
  "run after run, over days: each says for what it waits and since when, the last pushes the bundle",
  async () => {
    const first = await mirror("run");
    assert.equal(first.code, 4, first.stdout + first.stderr);
    assert.match(
      first.stdout,
      /certify:certified\/worker +for the grading of registry\.connect\.redhat\.com\/acme\/worker:1\.0\.0 \(amd64, arm64\), since 2026-11-26 08:00 UTC\n/,
    );
    assert.match(
      first.stdout,
      /bundle:acme +by certify:certified\/(greeter, certify:certified\/worker|worker, certify:certified\/greeter)\n/,
    );
    Object.assign(pyxis.state.images.find(({ component }) => component === GREETER) ?? {}, {
      createdAt: pyxis.state.now + HOUR,
    });

    pyxis.advance(2 * HOUR);
    const second = await mirror("run");
    assert.equal(second.code, 4);
    assert.match(second.stdout, /worker +for the publication of \S+ \(amd64, arm64\), since 2026-11-26 10:00 UTC/);
    assert.match(second.stdout, /greeter +for the grading of/);
    pyxis.advance(HOUR);
    for (let day = 0; day < 2; day++) {
      assert.equal((await mirror("run")).code, 4);
      pyxis.advance(HOUR);
    }
    const last = await mirror("run");
    assert.equal(last.code, 0, last.stdout + last.stderr);
    assert.match(last.stdout, /certified and published as registry\.connect\.redhat\.com\/acme\/greeter:1\.0\.0/);
    expectOnce();
    const again = await mirror("run");
    assert.equal(again.code, 0);
    assert.match(again.stdout, /nothing left to do/);
    assert.doesNotMatch(first.stdout + last.stdout + last.stderr, /never-printed/);
  },
);

/** Calls at which a run is broken off, one after another: every state on the way, before and after it is reached. */
const STATES = [
  /^GET .*\/id\/65f0c2a1b3d4e5f60718293a$/,
  /^POST .*\/test-results$/,
  /^PATCH .*\/certification\/id\//,
  /^POST \/v1\/images$/,
  /^POST .*\/artifacts$/,
  /^PATCH .*\/test-results\/id\//,
  /^GET \/v1\/images\/id\/\w+$/,
  /^GET .*\/checklist\/status$/,
  /^GET \/v1\/images\/id\/\w+\/requests$/,
  /^POST .*\/requests\/images$/,
  /^GET .*\/manifest-list-digest$/,
] as const;

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  certification(`broken off by ${signal} at every state, it is continued; nothing is sent twice`, async () => {
    const left: RegExp[] = [...STATES];
    let brokenOff = 0;
    for (let run = 0; run < 40; run++) {
      const { code, output } = await runUntil(left, signal);
      if (code === 0) break;
      if (code === 4) pyxis.advance(HOUR);
      else brokenOff += 1;
      assert.ok([4, 130, undefined].includes(code), `${code}: ${output}`);
    }
    assert.deepEqual(left, [], "every state was reached");
    assert.ok(brokenOff >= STATES.length - 1, `${brokenOff} runs were broken off`);
    expectOnce();
  });
}

certification("a run that may wait asks again until all is published", async () => {
  const running = startMirror(["run", "--wait", "5m"], { cwd: release.folder, env: env() });
  const timer = setInterval(() => pyxis.advance(HOUR), 250);
  const { code, stdout, stderr } = await running.ended;
  clearInterval(timer);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /certify:certified\/greeter +waits for the grading of .*; asks again\n/);
  expectOnce();
});

certification(
  "an image that Red Hat's checks refuse is not submitted, and the checks are listed with what to do",
  async () => {
    await release.write("mirror.config.yaml", config().replaceAll('user: "1001"', "user: root"));
    const { code, stdout } = await mirror("run");
    assert.equal(code, 1);
    assert.match(stdout, /certification\/checks-failed/);
    assert.match(stdout, /RunAsNonRoot: /);
    assert.equal(pyxis.state.images.length + pyxis.state.results.length, 0);
  },
);

certification("an image that is withdrawn after its gate opened keeps the bundle back", async () => {
  for (let day = 0; day < 4; day++) {
    await mirror("run", "published:certified");
    pyxis.advance(HOUR);
  }
  assert.equal((await mirror("run", "published:certified")).code, 0);
  let asked = 0;
  pyxis.onCall = (call) => {
    if (!call.endsWith("/manifest-list-digest")) return;
    asked += 1;
    // The gate has asked once; now it is asked again, just before the push.
    if (asked === 2) for (const image of pyxis.state.images) image.deleted = true;
  };
  const { code, stdout } = await mirror("run");
  assert.equal(code, 4, stdout);
  assert.match(stdout, /bundle:acme +for the publication of registry\.connect\.redhat\.com\/acme\/\w+:1\.0\.0/);
  assert.deepEqual(pushes, []);
});

certification("a key that is not accepted is an error with the page where keys are made", async () => {
  const { code, stdout } = await runMirror(["run"], {
    cwd: release.folder,
    env: { PYXIS_API_KEY: "wrong-key-of-mine" },
  });
  assert.equal(code, 1);
  assert.match(stdout, /certification\/unauthorized/);
  assert.match(stdout, /\/account\/api-keys/);
  assert.doesNotMatch(stdout, /wrong-key-of-mine/);
});

/** Runs until the first of the calls that are left is made, and breaks the run off there; or to its end. */
async function runUntil(
  left: RegExp[],
  signal: "SIGKILL" | "SIGINT",
): Promise<{ code: number | undefined; output: string }> {
  const running = startMirror(["run"], { cwd: release.folder, env: env() });
  pyxis.onCall = (call) => {
    const at = left.findIndex((pattern) => pattern.test(call));
    if (at === -1) return;
    left.splice(at, 1);
    pyxis.onCall = undefined;
    running.child.kill(signal);
  };
  const { code } = await running.ended;
  pyxis.onCall = undefined;
  return { code, output: running.output() };
}

/** Of each of the three images one of everything, and a bundle that came after all of them. */
function expectOnce(): void {
  const { state } = pyxis;
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

certification.run();
