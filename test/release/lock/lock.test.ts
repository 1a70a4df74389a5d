import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { type Failure, failuresOf } from "../../../src/failure/index.ts";
import { digestOf } from "../../../src/oci/index.ts";
import {
  formatLock,
  type Lock,
  type LockedImage,
  lockFileOf,
  parseLock,
  readLock,
  writeLock,
} from "../../../src/release/index.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const image = (tag: string): LockedImage => ({
  repository: "quay.io/team/app",
  tag,
  digest: digestOf(tag),
  mediaType: "application/vnd.oci.image.index.v1+json",
  manifestSize: 1234,
  rule: "range ^1.8",
  why: "1.9 fails: the scan of #4711",
  chosenFrom: { names: 50, fitting: 12, next: ["1.8.4", "1.8.3"] },
  size: 40_000,
  platforms: new Map([
    ["linux/arm64", { digest: digestOf(`${tag} arm64`), size: undefined }],
    ["linux/amd64", { digest: digestOf(`${tag} amd64`), size: 40_000 }],
  ]),
});

const lock: Lock = {
  sources: new Map([
    [
      "ce",
      {
        git: "https://github.com/mlrun/ce.git",
        rule: "newest tag mlrun-ce-*",
        ref: "mlrun-ce-0.6.3",
        commit: COMMIT,
        chosenFrom: { names: 92, fitting: 20, next: ["mlrun-ce-0.6.2"] },
      },
    ],
  ]),
  charts: new Map<string, Lock["charts"] extends ReadonlyMap<string, infer Chart> ? Chart : never>([
    [
      "minio",
      {
        from: {
          kind: "repository",
          repository: "https://charts.min.io",
          chart: "minio",
          rule: "^5.0",
          archive: digestOf("minio.tgz"),
        },
        version: "5.0.14",
        commit: undefined,
        package: digestOf("minio"),
        images: [],
      },
    ],
    [
      "ce",
      {
        from: { kind: "source", source: "ce" },
        version: "0.6.3",
        commit: COMMIT,
        package: digestOf("package"),
        images: [
          { reference: "docker.io/library/mysql:8.0", from: ["ce/templates/db.yaml: spec.containers[0].image"] },
          { reference: "docker.io/library/busybox:1.35", from: [] },
        ],
      },
    ],
  ]),
  images: new Map([
    ["app-b", image("1.8.6")],
    ["app-a", image("1.8.5")],
  ]),
};

test("what is written is read again, whatever the texts look like", () => {
  const odd = ["yes", "1.10", "0x10", "a: b", "x #y", "- z", "null", 'say "it"', "line\nend", "ü ", "~", "2024-01-05"];
  const images = new Map(odd.map((text) => [text, { ...image("1"), tag: text, why: text, rule: text }]));
  const read = parseLock(formatLock({ ...lock, images }), "mirror.lock.yaml").lock;
  assert.deepEqual(read.images, images);
  assert.deepEqual(read.sources, lock.sources);
  assert.deepEqual(
    [...(read.charts.get("ce")?.images ?? [])].sort((one, other) => (one.reference < other.reference ? 1 : -1)),
    lock.charts.get("ce")?.images,
  );
});

test("the text is the same in whatever order the lock was made", () => {
  const turned: Lock = {
    sources: lock.sources,
    charts: new Map([...lock.charts].map(([name, chart]) => [name, { ...chart, images: [...chart.images].reverse() }])),
    images: new Map([...lock.images].reverse()),
  };
  assert.equal(formatLock(turned), formatLock(lock));
  assert.ok(formatLock(lock).indexOf("app-a:") < formatLock(lock).indexOf("app-b:"));
});

test("an image that moves changes only the lines that say so", () => {
  const moved: Lock = { ...lock, images: new Map([...lock.images, ["app-a", image("1.8.7")]]) };
  const [before, after] = [formatLock(lock).split("\n"), formatLock(moved).split("\n")];
  assert.equal(before.length, after.length);
  const changed = before.filter((line, index) => line !== after[index]);
  assert.deepEqual(
    changed.map((line) => line.trim().split(":")[0]),
    ["tag", "digest", "linux/amd64", "linux/arm64"],
  );
});

test("an entry that is no good is told with its place and what to do", () => {
  const text = formatLock(lock).replace(/digest: sha256:\w+\n/, "digest: sha256:abc\n");
  const [failure] = failuresIn(text);
  assert.equal(failure?.code, "lock/bad-entry");
  assert.match(failure?.message ?? "", /^images\.app-a\.digest is not a digest/);
  assert.equal(failure?.place?.line, text.slice(0, text.indexOf("sha256:abc")).split("\n").length);
  assert.match(failure?.hint ?? "", /mirror pin/);
  assert.equal(failuresIn("version: 2\n")[0]?.code, "lock/bad-entry");
  assert.match(failuresIn("version: 1\nimages: [a]\n")[0]?.message ?? "", /images is not a map/);
  assert.equal(failuresIn("version: 1\nimages: { a: {\n")[0]?.code, "config/bad-yaml");
  assert.equal(failuresIn("")[0]?.code, "lock/bad-entry");
});

test("the marks of a merge are told as such", () => {
  const [failure] = failuresIn("version: 1\n<<<<<<< HEAD\nimages: {}\n=======\n>>>>>>> other\n");
  assert.equal(failure?.code, "lock/conflict-marks");
  assert.equal(failure?.place?.line, 2);
});

test("a lock is written whole, and left alone where nothing changed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mirror-lock-"));
  try {
    const file = join(folder, "mirror.lock.yaml");
    assert.equal(await readLock(file), undefined);
    assert.equal(await writeLock(file, lock), "written");
    const { mtimeMs } = await stat(file);
    assert.equal(await writeLock(file, lock), "unchanged");
    assert.equal((await stat(file)).mtimeMs, mtimeMs);
    assert.equal(await readFile(file, "utf8"), formatLock(lock));
    assert.deepEqual((await readdir(folder)).sort(), [".mirror", "mirror.lock.yaml"]);
    assert.deepEqual(await readdir(join(folder, ".mirror", "tmp")), []);
    const found = await readLock(file, folder);
    assert.equal(found?.file, "mirror.lock.yaml");
    assert.equal(found?.placeOf("images", "app-a").text, "  app-a:");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a folder in the lock's place is told and not a stack trace", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mirror-lock-"));
  try {
    await mkdir(join(folder, "mirror.lock.yaml"));
    const failure = await readLock(join(folder, "mirror.lock.yaml")).then(
      () => undefined,
      (thrown) => failuresOf(thrown)[0],
    );
    assert.equal(failure?.code, "lock/unreadable");
    await writeFile(join(folder, ".mirror"), "in the way");
    const unwritten = await writeLock(join(folder, "other.lock.yaml"), lock).then(
      () => undefined,
      (thrown) => failuresOf(thrown)[0],
    );
    assert.equal(unwritten?.code, "lock/unwritable");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("every config has a lock of its own beside it", () => {
  assert.equal(lockFileOf("/a/mirror.config.yaml"), "/a/mirror.lock.yaml");
  assert.equal(lockFileOf("/a/edge.config.yml"), "/a/edge.lock.yaml");
  assert.equal(lockFileOf("/a/edge.yaml"), "/a/edge.lock.yaml");
});

function failuresIn(text: string): readonly Failure[] {
  try {
    parseLock(text, "mirror.lock.yaml");
    return [];
  } catch (thrown) {
    return failuresOf(thrown);
  }
}

test.run();
