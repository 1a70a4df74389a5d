import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { makeRepository } from "../sources/rig.ts";

/** An operator with what goes wrong in such trees: other names in chart and operator, no tag, an old version left. */
const PRODUCT = {
  "version.txt": "1.1.0\n",
  Makefile: "VERSION ?= $(shell cat version.txt)\nMC_TAG=1.0\nbundles: bundle_1.1.0 bundle_1.0.0\n",
  "chart/Chart.yaml": 'apiVersion: v2\nname: shop\nversion: 1.1.0\nappVersion: "1.1.0"   # the server\n',
  "chart/values.yaml":
    "# images\nserver:\n  image: example/server:1.1.0 # by the operator\nmc:\n  image: minio/mc:latest\n",
  "chart/templates/test.yaml":
    'metadata:\n  name: "{{ include "shop.name" . }}-test"\nspec:\n  containers:\n    - image: busybox\n',
  "config/manager.yaml": `kind: Deployment
spec:
  template:
    spec:
      containers:
        - image: quay.io/example/operator:1.1.0
          name: manager
          env:
            - name: RELATED_IMAGE_SERVER
              value: example/server:1.1.0
            - name: RELATED_IMAGE_MC
              value: example/mc-ubi:1.0
`,
};

const config = (source: string): string => `version: 1
vars: { release: 1.2.0 }
sources: { product: ${source} }
images:
  operator: { from: quay.io/example/operator, version: "\${vars.release}" }
  server: { from: docker.io/example/server, version: "\${vars.release}" }
  mc: { from: docker.io/example/mc-ubi, version: "1.0" }
  chart-test: { from: docker.io/library/busybox, version: "1.36" }
references:
  chart:
    source: product
    files: [chart/values.yaml, chart/templates/*]
    paths: { server.image: server, mc.image: mc }
  operator:
    source: product
    files: [config/*.yaml]
    covers: [chart]
    accept: [{ found: "busybox*", why: only helm test runs it }]
  make:
    source: product
    files: [Makefile]
    variables: { MC_TAG: { image: mc, part: tag } }
    patterns: [{ pattern: 'bundles: bundle_(?<version>[\\d.]+\\d)', equals: { var: release } }]
  version:
    source: product
    files: [version.txt]
    patterns: [{ pattern: '(?<version>\\S+)', equals: { var: release } }]
  chart-version:
    source: product
    files: [chart/Chart.yaml]
    paths: { version: { var: release }, appVersion: { var: release } }
`;

async function inWorkspace(source: string, body: (given: Workspace) => Promise<void>): Promise<void> {
  const given = await workspace(config(source));
  try {
    for (const [path, text] of Object.entries(PRODUCT)) await given.write(`product/${path}`, text);
    await body(given);
  } finally {
    await given.remove();
  }
}

const openLines = (stdout: string): readonly string[] =>
  stdout
    .split("\n")
    .filter((line) => line.includes(": error references/"))
    .map((line) => line.replace("error references/", ""));

test("every difference is told with its place, and the exit code is 1", () =>
  inWorkspace("{ folder: product }", async ({ folder }) => {
    const { code, stdout } = await runMirror(["check"], { cwd: folder });
    assert.equal(code, 1);
    assert.deepEqual(openLines(stdout), [
      "product/Makefile:3:17: differs: 1.1.0 at version should be 1.2.0 (var release)",
      "product/chart/Chart.yaml:3:10: differs: 1.1.0 at version should be 1.2.0 (var release)",
      "product/chart/Chart.yaml:4:14: differs: 1.1.0 at appVersion should be 1.2.0 (var release)",
      "product/chart/templates/test.yaml:5:14: untagged: busybox at image has no tag, and should be busybox:1.36 (chart-test)",
      "product/chart/values.yaml:3:10: differs: example/server:1.1.0 at server.image should be example/server:1.2.0 (server)",
      "product/chart/values.yaml:5:10: differs: minio/mc:latest at mc.image should be example/mc-ubi:1.0 (mc)",
      "product/config/manager.yaml:6:18: differs: quay.io/example/operator:1.1.0 at spec.template.spec.containers[0].image should be quay.io/example/operator:1.2.0 (operator)",
      "product/config/manager.yaml:10:22: differs: example/server:1.1.0 at spec.template.spec.containers[0].env[0].value should be example/server:1.2.0 (server)",
      "product/version.txt:1:1: differs: 1.1.0 at version should be 1.2.0 (var release)",
    ]);
    assert.match(stdout, /test\.yaml:5:14: accepted: busybox \(uncovered\): only helm test runs it/);
    assert.match(stdout, /^2 references in 6 files agree; 9 differences, 9 of them for --fix; 1 accepted$/m);
  }));

test("--fix edits what differs and nothing else, shows the diff, and leaves a tree that agrees", () =>
  inWorkspace("{ folder: product }", async ({ folder }) => {
    await chmod(join(folder, "product/chart/values.yaml"), 0o640);
    const { code, stdout } = await runMirror(["check", "--fix"], { cwd: folder });
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /^-appVersion: "1\.1\.0" {3}# the server$\n[\s\S]*?^\+appVersion: "1\.2\.0" {3}# the server$/m,
    );
    assert.match(stdout, /^6 files were mended$/m);
    const read = (path: string) => readFile(join(folder, "product", path), "utf8");
    for (const [path, text] of Object.entries(PRODUCT)) {
      const wanted = text
        .replaceAll("1.1.0", "1.2.0")
        .replace("minio/mc:latest", "example/mc-ubi:1.0")
        .replace(/busybox$/m, "busybox:1.36");
      assert.equal(await read(path), wanted, path);
    }
    assert.equal((await stat(join(folder, "product/chart/values.yaml"))).mode & 0o777, 0o640);
    assert.equal((await runMirror(["check"], { cwd: folder })).code, 0);
  }));

test("--fix --dry-run shows the diff and writes nothing", () =>
  inWorkspace("{ folder: product }", async ({ folder }) => {
    const { code, stdout } = await runMirror(["check", "--fix", "--dry-run"], { cwd: folder });
    assert.equal(code, 0);
    assert.match(stdout, /^\+1\.2\.0$[\s\S]*^6 files would be mended$/m);
    assert.equal(await readFile(join(folder, "product/version.txt"), "utf8"), "1.1.0\n");
  }));

test("--json has every difference, and --config-only none", () =>
  inWorkspace("{ folder: product }", async ({ folder }) => {
    const { code, stdout } = await runMirror(["check", "--json"], { cwd: folder });
    const { references } = JSON.parse(stdout);
    assert.equal(code, 1);
    assert.deepEqual(references.differences.at(-1), {
      set: "version",
      kind: "differs",
      file: "product/version.txt",
      line: 1,
      column: 1,
      way: "version",
      found: "1.1.0",
      declared: "1.2.0",
      by: "var release",
      fixable: true,
    });
    const alone = await runMirror(["check", "--json", "--config-only"], { cwd: folder });
    assert.equal(alone.code, 0);
    assert.equal(JSON.parse(alone.stdout).references, undefined);
  }));

test("without a source, the files are those beside the config", () =>
  inWorkspace("{ folder: product }", async ({ folder }) => {
    const text =
      "version: 1\nvars: { v: 1.1.0 }\nreferences: { v: { files: [version.txt], patterns: [{ pattern: '(?<v>.+)', equals: { var: v } }] } }\n";
    await writeFile(join(folder, "product/mirror.config.yaml"), text);
    const { code, stdout } = await runMirror(["check"], { cwd: join(folder, "product") });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^1 reference in 1 file agrees$/m);
  }));

const withGit = requires(test, missingCommand("git"));

withGit("what mirror fetched from git is compared and never edited; a work tree of one's own is, with --source", () =>
  inWorkspace("{ git: GIT, branch: main }", async ({ folder, write }) => {
    const repository = makeRepository(join(folder, "origin"));
    repository.commit(PRODUCT);
    await write("mirror.config.yaml", config(`{ git: "${repository.folder}", branch: main }`));
    const fetched = await runMirror(["check", "--fix"], { cwd: folder });
    assert.equal(fetched.code, 1);
    assert.match(fetched.stdout, /^product@[0-9a-f]{7}:version\.txt:1:1: error references\/differs/m);
    assert.doesNotMatch(fetched.stdout, /^--- a/m);
    assert.match(fetched.stderr, /nothing was edited in the source product: .* --source product=FOLDER/);

    execFileSync("git", ["clone", "--quiet", repository.folder, "mine"], { cwd: folder });
    const mine = await runMirror(["check", "--fix", "--source", "product=mine"], { cwd: folder });
    assert.equal(mine.code, 0, mine.stdout);
    assert.equal(await readFile(join(folder, "mine/version.txt"), "utf8"), "1.2.0\n");
    const diff = execFileSync("git", ["diff", "--no-color", "--no-ext-diff"], {
      cwd: join(folder, "mine"),
      encoding: "utf8",
    });
    const lines = diff.split("\n").filter((line) => /^[+-]/.test(line));
    for (const line of lines) assert.ok(mine.stdout.includes(`${line}\n`), line);
  }),
);

test("--source names a source that there is, and a folder", () =>
  inWorkspace("{ folder: product }", async ({ folder }) => {
    for (const args of [
      ["--source", "produkt=x"],
      ["--source", "product"],
      ["--source", "product=nowhere"],
    ]) {
      assert.equal((await runMirror(["check", ...args], { cwd: folder })).code, 2, args.join(" "));
    }
  }));

/** A lock as `mirror pin` leaves it, for images whose rules chose these tags. */
const lockOf = (images: Readonly<Record<string, readonly [repository: string, tag: string, rule: string]>>): string =>
  [
    "version: 1",
    "images:",
    ...Object.entries(images).flatMap(([name, [repository, tag, rule]]) => [
      `  ${name}:`,
      `    repository: ${repository}`,
      `    tag: "${tag}"`,
      `    digest: sha256:${"a".repeat(64)}`,
      "    mediaType: application/vnd.oci.image.manifest.v1+json",
      "    manifestSize: 10",
      `    rule: ${rule}`,
    ]),
    "",
  ].join("\n");

const RULES = `version: 1
images:
  app: { from: registry.invalid/team/app, version: { range: ^1.8 } }
  side: { from: registry.invalid/team/side, version: { same: app, as: "\${version}-ubi8" } }
  old: { from: registry.invalid/team/old, version: { newest: 2 } }
references:
  values: { files: [values.yaml], paths: { app: app, side: side, old: old } }
`;

test("what a rule chose is compared as the lock has it, and no registry is asked", async () => {
  const place = await workspace(RULES);
  try {
    await place.write(
      "values.yaml",
      "app: registry.invalid/team/app:1.8.4\nside: registry.invalid/team/side:1.8.5-ubi8\nold: registry.invalid/team/old:1.1\n",
    );
    const open = await runMirror(["check"], { cwd: place.folder });
    assert.equal(open.code, 0, open.stderr);
    assert.match(open.stdout, /app is not in the lock: run mirror pin/);

    const side = ["registry.invalid/team/side", "1.8.5-ubi8", '"same as app, as ${version}-ubi8"'] as const;
    const images = {
      app: ["registry.invalid/team/app", "1.8.5", "newest in ^1.8"],
      "old@1.1": ["registry.invalid/team/old", "1.1", "newest 2"],
      "old@1.2": ["registry.invalid/team/old", "1.2", "newest 2"],
      side,
    } as const;
    await place.write("mirror.lock.yaml", lockOf(images));
    const { code, stdout, stderr } = await runMirror(["check"], { cwd: place.folder });
    assert.equal(code, 1, stderr);
    assert.match(stdout, /values\.yaml:1:\d+: error references\/differs: .*1\.8\.4/);
    assert.doesNotMatch(stdout, /values\.yaml:[23]:|not compared|not in the lock/);

    assert.equal((await runMirror(["check", "--fix"], { cwd: place.folder })).code, 0);
    assert.match(
      await readFile(join(place.folder, "values.yaml"), "utf8"),
      /^app: registry\.invalid\/team\/app:1\.8\.5$/m,
    );
  } finally {
    await place.remove();
  }
});

/** A chart's images as its lock has them: nothing of it is rendered here. */
const LOCK = `version: 1
charts:
  shop:
    source: product
    version: 1.1.0
    images:
      docker.io/bitnami/redis:7.2: []
      docker.io/example/server:1.1.0: []
images:
  redis:
    repository: docker.io/bitnami/redis
    tag: "7.2"
    digest: sha256:${"a".repeat(64)}
    mediaType: application/vnd.oci.image.manifest.v1+json
    manifestSize: 1
    rule: tag 7.2
`;

test("images that a chart brings are declared by its lock, after those that the config declares itself", () =>
  inWorkspace("{ folder: product }", async (given) => {
    await given.write("product/docs.yaml", "a: { image: bitnami/redis:7.2 }\nb: { image: bitnami/redis:7.0 }\n");
    await given.write("product/old.yaml", "image: example/server:1.1.0\n");
    await given.write(
      "mirror.config.yaml",
      `version: 1
sources: { product: { folder: product } }
charts: { shop: { source: product, path: chart } }
images:
  server: { from: docker.io/example/server, version: "1.2.0" }
references:
  docs: { source: product, files: [docs.yaml, old.yaml] }
`,
    );
    const unlocked = await runMirror(["check"], { cwd: given.folder });
    assert.match(
      unlocked.stderr,
      /the images of the chart shop are not known, as the lock does not have it: mirror pin/,
    );
    assert.match(unlocked.stdout, /product\/docs\.yaml:1:13: .*undeclared/);

    await given.write("mirror.lock.yaml", LOCK);
    const { code, stdout, stderr } = await runMirror(["check", "--fix"], { cwd: given.folder });
    assert.equal(code, 1);
    assert.equal(stderr, "");
    assert.doesNotMatch(stdout, /docs\.yaml:1:|undeclared/);
    assert.match(stdout, /product\/docs\.yaml:2:\d+: .*bitnami\/redis:7\.2.*chart shop/s);
    assert.match(stdout, /-image: example\/server:1\.1\.0\n\+image: example\/server:1\.2\.0\n/);
    const docs = await readFile(join(given.folder, "product/docs.yaml"), "utf8");
    assert.match(docs, /redis:7\.0/, "what a chart brings is no reason to edit a file");
  }));

test.run();
