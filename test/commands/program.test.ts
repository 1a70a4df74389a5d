import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";

const CONFIG = `version: 1
registries: { here: { type: embedded, folder: registry, host: registry.example.com } }
images:
  app: { version: "1.0", build: { files: [{ from: app, to: /app }] } }
targets: { here: { registry: here, images: [app] } }
tasks:
  say:
    needs: ["copy:here/app"]
    run: tasks/say.mjs
    env: { TOKEN: "\${env:SECRET_TOKEN}" }
`;
const SAY = "export default async ({ $, log }) => { log('the token'); await $`echo token=$TOKEN`; };\n";

test("help, version and each command's help end with 0 and name the exit codes", async () => {
  await inWorkspace(async ({ folder }) => {
    assert.match((await runMirror(["--version"], { cwd: folder })).stdout, /^\d+\.\d+\.\d+\n$/);
    for (const args of [["--help"], ["help", "run"], ["plan", "--help"], ["help", "graph"], ["help", "list"]]) {
      const { code, stdout } = await runMirror(args, { cwd: folder });
      assert.equal(code, 0);
      assert.match(stdout, /Exit codes:/);
    }
  });
});

test("where everything is built here there is nothing to lock, and mirror pin says so", async () => {
  await inWorkspace(async ({ folder, write }) => {
    await write("app/run", "#!/bin/sh\n");
    const { code, stdout } = await runMirror(["pin"], { cwd: folder });
    assert.deepEqual([code, stdout], [0, "nothing to lock: no image, chart or source comes from outside\n"]);
  });
});

test("a wrong command line ends with 2, says so on the error stream, and shows no stack", async () => {
  await inWorkspace(async ({ folder }) => {
    for (const args of [
      ["rnu"],
      ["run", "nothing-of-that-name"],
      ["run", "--target", "nowhere"],
      ["run", "--jobs", "0"],
      ["graph", "--format", "dott"],
    ]) {
      const { code, stdout, stderr } = await runMirror(args, { cwd: folder });
      assert.equal(code, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.match(stderr, /^error usage\//);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });
});

test("without a config the place where it is looked for is named", async () => {
  await inWorkspace(async ({ folder }) => {
    const { code, stderr } = await runMirror(["plan"], { cwd: "/", env: { HOME: folder } });
    assert.equal(code, 2);
    assert.match(stderr, /mirror\.config\.yaml/);
  });
});

test("the config of a folder above is found", async () => {
  await inWorkspace(async ({ folder }) => {
    const { code, stdout } = await runMirror(["check"], { cwd: join(folder, "app"), env: { SECRET_TOKEN: "x" } });
    assert.equal(code, 0);
    assert.match(stdout, /is right: 1 image, 1 target, 0 bundles, 1 task/);
  });
});

test("a plan writes nothing, not even a ledger", async () => {
  await inWorkspace(async ({ folder }) => {
    const before = (await readdir(folder, { recursive: true })).sort();
    const { code, stdout } = await runMirror(["plan"], { cwd: folder });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /copy:here\/app +would be created/);
    assert.deepEqual((await readdir(folder, { recursive: true })).sort(), before);
  });
});

test("--dry-run is a plan", async () => {
  await inWorkspace(async ({ folder }) => {
    const { stdout } = await runMirror(["run", "--dry-run"], { cwd: folder });
    assert.match(stdout, /nothing was written\n$/);
  });
});

test("a first run remembers what its config was read as", async () => {
  await inWorkspace(async ({ folder, write }) => {
    await write("app/run", "#!/bin/sh\n");
    assert.equal((await runMirror(["run", "copy:here/app"], { cwd: folder })).code, 0);
    assert.deepEqual(await readdir(join(folder, ".mirror/readings")), ["mirror.config.yaml.json"]);
  });
});

test("a secret is hidden from the terminal's lines, from NDJSON and from the ledger", async () => {
  await inWorkspace(async ({ folder }) => {
    const env = { SECRET_TOKEN: "s3cret/word+1" };
    for (const args of [
      ["run", "say"],
      ["run", "say", "--json"],
    ]) {
      const { code, stdout, stderr } = await runMirror(args, { cwd: folder, env });
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /token=\*\*\*/);
      assert.doesNotMatch(stdout + stderr, /s3cret/);
    }
    const runs = join(folder, ".mirror", "runs");
    for (const file of await readdir(runs)) assert.doesNotMatch(await readFile(join(runs, file), "utf8"), /s3cret/);
  });
});

test("a task whose secret is not set fails alone, with the place in the config", async () => {
  await inWorkspace(async ({ folder }) => {
    const { code, stdout } = await runMirror(["run", "say"], { cwd: folder });
    assert.notEqual(code, 0);
    assert.match(stdout, /copy:here\/app +copied/);
    assert.match(stdout, /mirror\.config\.yaml:10:\d+: error config\/unset-variable/);
  });
});

test("a tag that stands at another digest is a conflict, and is left alone", async () => {
  await inWorkspace(async (place) => {
    assert.equal((await runMirror(["run"], { cwd: place.folder })).code, 0);
    await place.write("app/name", "another app");
    const planned = await runMirror(["plan"], { cwd: place.folder });
    assert.equal(planned.code, 3, "a plan tells it beforehand");
    const again = await runMirror(["run"], { cwd: place.folder });
    assert.equal(again.code, 3, again.stdout);
    assert.match(again.stdout, /conflict with what is already published/);
    assert.equal((await runMirror(["run"], { cwd: place.folder })).code, 3, "it was not moved");
  });
});

test("a promise that a task drops is a failure that is told, and the run goes on", async () => {
  await inWorkspace(async (place) => {
    await place.write("tasks/say.mjs", "export default async () => { void Promise.reject(new Error('dropped')); };\n");
    const { code, stdout, stderr } = await runMirror(["run", "say"], { cwd: place.folder, env: { SECRET_TOKEN: "x" } });
    assert.equal(code, 1, stdout + stderr);
    assert.match(stderr, /Unexpected Error: dropped/);
    assert.match(stdout, /done: 3 of 3/);
  });
});

test("a reader that stops reading does not make a failure of it", async () => {
  await inWorkspace(async ({ folder }) => {
    const { spawnSync } = await import("node:child_process");
    const cli = new URL("../../dist/cli.cjs", import.meta.url).pathname;
    const { status, stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${cli}" list | true`], { cwd: folder });
    assert.equal(status, 0);
    assert.equal(String(stderr), "");
  });
});

async function inWorkspace(check: (place: Workspace) => Promise<void>): Promise<void> {
  const place = await workspace(CONFIG);
  try {
    await place.write("app/name", "app");
    await place.write("tasks/say.mjs", SAY);
    await check(place);
  } finally {
    await place.remove();
  }
}

test.run();
