import assert from "node:assert/strict";
import { chmod, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { suite } from "uvu";
import { startPlainCatalog } from "../rig/base-images.ts";
import { runMirror, workspace } from "../rig/cli.ts";
import { containerImage, containerLayer, goodLabels, type TarEntry } from "../rig/container-image.ts";
import { startDockerRegistry } from "../rig/docker-registry.ts";
import { indexImage } from "../rig/images.ts";
import { pushImage } from "../rig/push.ts";
import { openRpmRig, rpmCommands } from "../rig/rpm.ts";
import { missingCommand, requires } from "../rig/skip.ts";

const test = suite("mirror certify");
const withRegistry = requires(test, missingCommand("docker-registry"));
const withRpm = requires(test, ...["docker-registry", ...rpmCommands].map(missingCommand));

const LAYER: readonly TarEntry[] = [{ path: "licenses/LICENSE", content: "terms" }];

withRegistry("the checklist of a reference says what fails and what to do, and ends with 1", async () => {
  await inRegistry(async (host, check) => {
    await pushImage(
      host,
      "team/widget",
      "1.0",
      await containerImage({ layers: [LAYER], labels: { ...goodLabels, summary: "" } }),
    );
    const { code, stdout } = await check([`${host}/team/widget:1.0`, "--policy", "scratch-nonroot"]);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^127.0.0.1:\d+\/team\/widget:1\.0 {2}sha256:\w{64}, policy scratch-nonroot, judged by mirror \d/,
    );
    assert.match(stdout, / {2}✓ HasLicense +the terms of use are in \/licenses\n/);
    assert.match(stdout, / {2}✗ HasRequiredLabel .*\n +it has no summary\n +Add the labels in the Dockerfile/);
    assert.match(stdout, / {2}✗ RunAsNonRoot .*\n +no user is set, so it runs as root\n/);
    assert.match(stdout, /\nfailed: 5 of 7 checks passed, 2 failed\n$/);
  });
});

withRpm("all checks passed is 0; 4, with a warning, where only the catalog could not be asked", async () => {
  const rpm = await openRpmRig();
  const database = await rpm.database([await rpm.build({ name: "widget", version: "1.0", release: "1.el9" })]);
  await rpm.stop();
  const base: readonly TarEntry[] = [
    { path: "etc/os-release", content: 'PLATFORM_ID="platform:el9"\n' },
    ...[...database].map(([name, content]) => ({ path: `var/lib/rpm/${name}`, content })),
  ];
  const { diffId } = await containerLayer(base);
  await inRegistry(
    async (host, check, stopCatalog) => {
      const image = await containerImage({ layers: [base, LAYER], labels: goodLabels, user: "1001" });
      const reference = `${host}/team/widget:1.0`;
      await pushImage(host, "team/widget", "1.0", image);
      const asked = await check([reference]);
      assert.equal(asked.code, 0, asked.stderr);
      assert.match(asked.stdout, /\npassed: 10 of 10 checks passed\n$/);
      const report = JSON.parse((await check([reference, "--json"])).stdout);
      assert.equal(report.outcome, "passed");
      assert.equal(report.platforms[0].contents.packages[0].nvra, "widget-1.0-1.el9.noarch");
      await stopCatalog();
      const alone = await check([reference]);
      assert.equal(alone.code, 4);
      assert.match(alone.stdout, / {2}\? BasedOnUbi .*\n +Red Hat's catalog at 127\.0\.0\.1:\d+ does not answer\n/);
      assert.match(alone.stdout, /\nundecided: 9 of 10 checks passed, 1 unknown\n$/);
      assert.match(alone.stderr, /warning certification\/undecided/);
      assert.equal((await check([reference, "--ubi-layers", "layers.txt"])).code, 0);
    },
    { ubiLayers: [diffId], files: { "layers.txt": `# UBI\n${diffId} ubi9/ubi-minimal\n` } },
  );
});

withRegistry("of an index the architectures that Red Hat certifies are checked, not attestations", async () => {
  await inRegistry(async (host, check) => {
    const of = (architecture: string, user: string) =>
      containerImage({ layers: [LAYER], labels: goodLabels, user, architecture });
    const platforms = new Map([
      ["amd64", await of("amd64", "1001")],
      ["s390x", await of("s390x", "0")],
      ["riscv64", await of("riscv64", "0")],
    ]);
    await pushImage(host, "team/widget", "1.0", indexImage(platforms, { form: "oci", attestations: "with" }));
    const { code, stdout } = await check([`${host}/team/widget:1.0`, "--policy", "scratch-nonroot", "--json"]);
    assert.equal(code, 1);
    const report = JSON.parse(stdout);
    assert.deepEqual(
      report.platforms.map(({ platform, outcome }: Record<string, string>) => [platform, outcome]),
      [
        ["linux/amd64", "passed"],
        ["linux/s390x", "failed"],
      ],
    );
    assert.deepEqual(report.left, ["linux/riscv64"]);
  });
});

withRegistry("an image of the config is checked where it comes from, under its name at Red Hat", async () => {
  await inRegistry(async (host, check) => {
    const image = await containerImage({ layers: [LAYER], labels: goodLabels, user: "1001" });
    await pushImage(host, "team/widget", "1.0", image);
    const { code, stdout } = await check(["widget", "--policy", "scratch-nonroot"]);
    assert.equal(code, 1);
    assert.match(stdout, /^registry\.connect\.redhat\.com\/example\/redhat-widget:1\.0 /);
    assert.match(stdout, /✗ HasProhibitedContainerName .*\n +its name is redhat-widget\n/);
    const renamed = await check(["widget", "--policy", "scratch-nonroot", "--as", "quay.io/example/widget"]);
    assert.equal(renamed.code, 0);
  });
});

withRegistry("an image in an archive is checked where it stands", async () => {
  await inRegistry(async (host, check, _stop, run) => {
    const image = await containerImage({ layers: [LAYER], labels: goodLabels, user: "1001" });
    await pushImage(host, "team/widget", "1.0", image);
    assert.equal((await run(["run", "--target", "saved"])).code, 0);
    const { code, stdout } = await check(["saved.tar", "--policy", "scratch-nonroot"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /passed: 7 of 7 checks passed\n$/);
    const other = await check(["saved.tar", "team/none:1.0"]);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /saved\.tar has no image team\/none:1\.0/);
    const judged = await check(["saved.tar", "--judge", "preflight"]);
    assert.equal(judged.code, 2);
    assert.match(judged.stderr, /preflight reads images from registries alone/);
  });
});

/** Writes down where it was run, and what the true one would leave behind there for one architecture. */
const PREFLIGHT = `#!/bin/sh
set -e
mkdir -p "$PFLT_ARTIFACTS/amd64"
echo "$PWD $3 \${PFLT_PYXIS_HOST%:*}" >> "$HOME/calls"
cp "$HOME/results.json" "$PFLT_ARTIFACTS/amd64/results.json"
echo '{"docker_image_digest":"sha256:1","architecture":"amd64","repositories":[{}],"parsed_data":{"os":"linux"}}' > "$PFLT_ARTIFACTS/amd64/cert-image.json"
echo 'level=info msg="running checks for x for platform amd64"' > "$PFLT_LOGFILE"
echo 'level=info msg="no user" check=RunAsNonRoot' >> "$PFLT_LOGFILE"
`;
const entry = (name: string, more: object = {}) => ({ name, elapsed_time: 12, description: name, ...more });
const RESULTS = {
  image: "x",
  passed: false,
  test_library: { name: "github.com/redhat-openshift-ecosystem/openshift-preflight", version: "1.21.0", commit: "abc" },
  results: {
    passed: [entry("HasLicense"), entry("BasedOnUbi")],
    failed: [entry("RunAsNonRoot", { help: "h", suggestion: "Indicate a specific USER" })],
    errors: [],
  },
};

withRegistry(
  "preflight may judge instead: its results are shown in the same form, each run in a folder of its own",
  async () => {
    const files = { "bin/preflight": PREFLIGHT, "home/results.json": JSON.stringify(RESULTS) };
    await inRegistry(
      async (host, check, _stop, _run, folder) => {
        await pushImage(host, "team/widget", "1.0", await containerImage({ layers: [LAYER] }));
        const missing = await check(["widget", "--judge", "preflight"]);
        if (missingCommand("preflight") !== undefined) {
          assert.equal(missing.code, 2);
          assert.match(missing.stderr, /there is no preflight on PATH/);
        }
        await chmod(join(folder, "bin/preflight"), 0o755);
        const first = await check(["widget", "--judge", "preflight"], join(folder, "bin"));
        assert.equal(first.code, 1, first.stderr);
        assert.match(first.stdout, /judged by github\.com\/redhat-openshift-ecosystem\/openshift-preflight 1\.21\.0\n/);
        assert.match(first.stdout, /✗ RunAsNonRoot +it does not run as root\n +no user\n +Indicate a specific USER\n/);
        const second = await check(["widget", "--judge", "preflight", "--policy", "scratch-root"], join(folder, "bin"));
        assert.equal(second.code, 0, second.stdout);
        assert.match(second.stdout, /passed: 1 of 1 checks passed\n$/);
        const calls = (await readFile(join(folder, "home/calls"), "utf8")).trim().split("\n");
        assert.equal(new Set(calls.map((call) => call.split(" ")[0])).size, 2);
        assert.ok(
          calls.every((call) => call.endsWith(` ${host}/team/widget:1.0 127.0.0.1`)),
          calls.join(),
        );
      },
      { files },
    );
  },
);

test("wrong words on the command line are told with what to write", async () => {
  await inWorkspace("version: 1\nimages: {}\n", async (run) => {
    const without = await run(["certify", "widget"]);
    assert.equal(without.code, 2);
    assert.match(without.stderr, /mirror certify submits nothing by itself/);
    const policy = await run(["certify", "--check-only", "widget", "--policy", "scratch"]);
    assert.equal(policy.code, 2);
    assert.match(policy.stderr, /--policy takes container, root, scratch-nonroot or scratch-root, not "scratch"/);
    const nothing = await run(["certify", "--check-only"]);
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /mirror certify checks one image/);
  });
});

type Files = Readonly<Record<string, string>>;
type Run = (args: readonly string[], path?: string) => ReturnType<typeof runMirror>;

async function inWorkspace(
  config: string,
  use: (run: Run, folder: string) => Promise<void>,
  files: Files = {},
): Promise<void> {
  const { folder, write, remove } = await workspace(config);
  try {
    for (const [path, text] of Object.entries(files)) await write(path, text);
    const run: Run = (args, path = "") =>
      runMirror(args, { cwd: folder, env: { NO_COLOR: "1", PATH: [path, process.env.PATH].join(delimiter) } });
    await use(run, folder);
  } finally {
    await remove();
  }
}

async function inRegistry(
  use: (host: string, check: Run, stopCatalog: () => Promise<void>, run: Run, folder: string) => Promise<void>,
  { ubiLayers = [], files = {} }: { readonly ubiLayers?: readonly string[]; readonly files?: Files } = {},
): Promise<void> {
  const [registry, catalog] = [await startDockerRegistry(), await startPlainCatalog(ubiLayers)];
  assert.ok(registry);
  const config = `version: 1
registries:
  rhcr: { type: rhcr, vendor: example, catalog: "${catalog.base}" }
  saved: { type: archive, file: saved.tar }
images:
  widget: { from: ${registry.host}/team/widget, version: "1.0" }
targets:
  certified: { registry: rhcr, images: { widget: { as: redhat-widget, component: 65f0c2a1b3d4e5f607182930 } } }
  saved: { registry: saved, images: [widget] }
`;
  try {
    await inWorkspace(
      config,
      (run, folder) => {
        const check: Run = (args, path) => run(["certify", "--check-only", ...args], path);
        return use(registry.host, check, catalog.stop, run, folder);
      },
      files,
    );
  } finally {
    await Promise.all([registry.stop(), catalog.stop().catch(() => {})]);
  }
}

test.run();
