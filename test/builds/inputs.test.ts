import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import { type BuildInputs, hashInputs } from "../../src/builds/inputs.ts";

const inputs = suite("inputs");
const idle = new AbortController().signal;
let folder = "";

inputs.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-inputs-"));
  await write("a.txt", "a");
  await write("src/b.txt", "b");
  await write("node_modules/x/index.js", "x");
  await write(".dockerignore", "# not these\nnode_modules\n**/*.log\n!keep.log\n");
});
inputs.after.each(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

function hashed(over: Partial<BuildInputs> = {}) {
  const none = new Map<string, string>();
  return hashInputs(
    {
      context: folder,
      patterns: ["**"],
      dockerfile: { path: join(folder, "Dockerfile"), text: "FROM scratch\n" },
      args: none,
      labels: none,
      target: undefined,
      platforms: [],
      secrets: [],
      bases: none,
      ...over,
    },
    idle,
  );
}

/** Whether something changes the hash. */
async function counts(change: () => Promise<unknown>): Promise<boolean> {
  const before = await hashed();
  await change();
  return (await hashed()).hash !== before.hash;
}

inputs("files count by name, content and whether they are executable", async () => {
  assert.equal((await hashed()).files, 3);
  assert.ok(await counts(() => write("a.txt", "other")));
  assert.ok(await counts(() => write("new.txt", "")));
  assert.ok(await counts(() => rm(join(folder, "new.txt"))));
  assert.ok(await counts(() => chmod(join(folder, "a.txt"), 0o755)));
  assert.ok(await counts(() => symlink("a.txt", join(folder, "link"))));
});

inputs("dates and the rights of others do not count", async () => {
  assert.ok(!(await counts(() => utimes(join(folder, "a.txt"), 1, 1))));
  assert.ok(!(await counts(() => chmod(join(folder, "a.txt"), 0o600))));
});

inputs("what .dockerignore leaves out does not count, and exceptions do", async () => {
  assert.ok(!(await counts(() => write("node_modules/x/index.js", "y"))));
  assert.ok(!(await counts(() => write("src/deep/debug.log", "1"))));
  assert.ok(await counts(() => write("keep.log", "1")));
});

inputs("a Dockerfile's own file of patterns wins", async () => {
  await write("Dockerfile.dockerignore", "src\n");
  assert.equal((await hashed()).ownIgnoreFile, join(folder, "Dockerfile.dockerignore"));
  assert.ok(!(await counts(() => write("src/b.txt", "other"))));
  assert.ok(await counts(() => write("node_modules/x/index.js", "y")));
});

inputs("patterns choose what counts", async () => {
  const patterns = ["src/**"];
  const before = await hashed({ patterns });
  await write("a.txt", "other");
  assert.equal((await hashed({ patterns })).hash, before.hash);
  assert.equal(before.files, 1);
});

inputs("every setting counts, and the order of arguments does not", async () => {
  const settings: Partial<BuildInputs>[] = [
    {},
    { args: new Map([["A", "1"]]) },
    { labels: new Map([["A", "1"]]) },
    { bases: new Map([["A", "1"]]) },
    { target: "x" },
    { platforms: ["linux/arm64"] },
    { secrets: ["token"] },
    { dockerfile: { path: join(folder, "Dockerfile"), text: "FROM x\n" } },
  ];
  const hashes = await Promise.all(settings.map(async (one) => (await hashed(one)).hash));
  assert.equal(new Set(hashes).size, settings.length);
  const [one, other] = [
    new Map([
      ["A", "1"],
      ["B", "2"],
    ]),
    new Map([
      ["B", "2"],
      ["A", "1"],
    ]),
  ];
  assert.equal((await hashed({ args: one })).hash, (await hashed({ args: other })).hash);
});

inputs.run();
