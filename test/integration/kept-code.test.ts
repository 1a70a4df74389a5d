import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { type CliResult, runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { commitAs } from "../rig/git-release.ts";
import { requires } from "../rig/skip.ts";

const CONFIG = `version: 1
tasks:
  say: { run: tasks/say.ts }
`;
const SAY = "export default async ({ $, log }: any): Promise<void> => { log(String((await $`echo said`).stdout)); };\n";
const POD = "kind: Pod\napiVersion: v1\nspec: { containers: [{ name: app, image: 'quay.io/acme/app:1.0' }] }\n";
const chartConfig = (git: string): string => `version: 1
sources: { app: { git: "${git}", ref: v1.0.0 } }
charts: { app: { source: app, path: chart } }
registries: { harbor: { type: oci, host: harbor.example.com } }
targets: { harbor: { registry: harbor, images: ["chart:app"] } }
`;

const keeping = requires(
  test,
  Number(process.versions.node.split(".")[0]) < 22 ? undefined : "this version of Node keeps compiled code itself",
);

keeping(
  "the code of a command is kept in the user's cache folder, and the next start does the same with it",
  async () => {
    await inWorkspace(async (place) => {
      const first = await mirror(place, ["run", "say"]);
      const [name = ""] = await kept(place);
      assert.match(name, /^run-v\d+\.\d+\.\d+-\w+\.v8$/);
      const file = join(place.folder, "caches/mirror", name);
      const { mtimeMs, mode } = await stat(file);
      assert.equal(mode & 0o777, 0o600);
      const second = await mirror(place, ["run", "say"]);
      assert.equal((await stat(file)).mtimeMs, mtimeMs, "nothing had to be compiled anew");
      for (const { code, stdout, stderr } of [first, second]) {
        assert.deepEqual([code, stderr], [0, ""], stdout);
        assert.match(stdout, /said/);
      }
    });
  },
);

keeping("what renders a chart takes it too, though V8 is told otherwise for that", async () => {
  await inWorkspace(async (place) => {
    await place.write("source/chart/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n");
    await place.write("source/chart/templates/pod.yaml", POD);
    const git = join(place.folder, "source");
    commitAs(git, "v1.0.0");
    await place.write("mirror.config.yaml", chartConfig(git));
    const first = await mirror(place, ["images", "app"]);
    assert.equal(first.stderr, "");
    const file = join(place.folder, "caches/mirror", (await kept(place))[0] ?? "");
    const { mtimeMs } = await stat(file);
    const second = await mirror(place, ["images", "app"]);
    assert.match(first.stdout, /quay\.io\/acme\/app:1\.0/);
    assert.equal(second.stdout, first.stdout);
    assert.equal((await stat(file)).mtimeMs, mtimeMs, "nothing had to be compiled anew");
  });
});

keeping("kept code that is damaged is made again, and no one sees it", async () => {
  await inWorkspace(async (place) => {
    const before = await mirror(place, ["list"]);
    const [name = ""] = await kept(place);
    const file = join(place.folder, "caches/mirror", name);
    const whole = await readFile(file);
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, damaged.length >> 1, (damaged.length >> 1) + 4096);
    await writeFile(file, damaged);
    assert.deepEqual(await mirror(place, ["list"]), before);
    assert.notDeepEqual(await readFile(file), damaged);
  });
});

keeping("after a day it is made again: other functions may be in use by then", async () => {
  await inWorkspace(async (place) => {
    await mirror(place, ["list"]);
    const [name = ""] = await kept(place);
    const file = join(place.folder, "caches/mirror", name);
    await utimes(file, 1, 1);
    await mirror(place, ["list"]);
    assert.ok((await stat(file)).mtimeMs > 1000);
  });
});

test("nothing is kept where it is turned off, where there is no cache folder's place, or where the command fails", async () => {
  await inWorkspace(async (place) => {
    assert.equal((await mirror(place, ["list"], { NODE_DISABLE_COMPILE_CACHE: "1" })).code, 0);
    assert.equal((await mirror(place, ["list", "--wrong"])).code, 2);
    assert.deepEqual(await kept(place), []);
    await rm(join(place.folder, "caches"), { recursive: true });
    assert.equal((await mirror(place, ["list"])).code, 0);
    assert.deepEqual((await readdir(place.folder)).sort(), ["mirror.config.yaml", "tasks"]);
  });
});

function mirror({ folder }: Workspace, args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  return runMirror(args, { cwd: folder, env: { XDG_CACHE_HOME: join(folder, "caches"), ...env } });
}

async function kept({ folder }: Workspace): Promise<string[]> {
  return (await readdir(join(folder, "caches"), { recursive: true }))
    .filter((name) => name.endsWith(".v8"))
    .map((name) => name.replace("mirror/", ""));
}

async function inWorkspace(check: (place: Workspace) => Promise<void>): Promise<void> {
  const place = await workspace(CONFIG);
  try {
    await place.write("tasks/say.ts", SAY);
    await mkdir(join(place.folder, "caches"));
    await check(place);
  } finally {
    await place.remove();
  }
}

test.run();
