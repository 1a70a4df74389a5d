import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { digestOf } from "../../src/oci/index.ts";
import { EMPTY_LOCK, formatLock, type LockedImage } from "../../src/release/index.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { makeRepository } from "../sources/rig.ts";

const withGit = requires(test, missingCommand("git"));

const image = (tag: string, content = tag): LockedImage => ({
  repository: "quay.io/team/app",
  tag,
  digest: digestOf(content),
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  manifestSize: 400,
  rule: "newest",
  why: undefined,
  chosenFrom: undefined,
  size: 1000,
  platforms: new Map([["linux/amd64", { digest: digestOf(content), size: 1000 }]]),
});
const lock = (images: Readonly<Record<string, LockedImage>>) =>
  formatLock({ ...EMPTY_LOCK, images: new Map(Object.entries(images)) });

const OLD = lock({ stays: image("s"), moves: image("1.0"), renamed: image("2.0", "same"), goes: image("g") });
const NEW = lock({ stays: image("s"), moves: image("1.1"), renamed: image("2.1", "same"), comes: image("c") });
const CHANGES = [
  ["comes", "added"],
  ["goes", "removed"],
  ["moves", "moved"],
  ["renamed", "retagged"],
];

async function inWorkspace(use: (space: Workspace) => Promise<void>): Promise<void> {
  const space = await workspace("version: 1\n");
  try {
    await use(space);
  } finally {
    await space.remove();
  }
}

const diff = (space: Workspace, ...args: string[]) => runMirror(["diff", ...args], { cwd: space.folder });

async function assertChanges(space: Workspace, ...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await diff(space, ...args, "--json");
  assert.equal(code, 0, stderr);
  const { images, shipment } = JSON.parse(stdout);
  assert.deepEqual(
    images.map(({ name, kind }: { name: string; kind: string }) => [name, kind]),
    CHANGES,
  );
  assert.deepEqual(shipment, { bytes: 2000, images: 2, unknown: [] });
}

test("two lock files are compared: added, removed, moved, the same digest under a new tag, bytes to ship", () =>
  inWorkspace(async (space) => {
    await space.write("old.lock.yaml", OLD);
    await space.write("new.lock.yaml", NEW);
    await assertChanges(space, "old.lock.yaml", "new.lock.yaml");
    const { code, stdout } = await diff(space, "old.lock.yaml", "new.lock.yaml");
    assert.equal(code, 0);
    for (const [name] of CHANGES) assert.match(stdout, new RegExp(`\\b${name}\\b`));
    assert.doesNotMatch(stdout, /\bstays\b/);
    assert.equal((await diff(space, "old.lock.yaml", "old.lock.yaml")).stdout, "no differences\n");
  }));

withGit("a commit is compared with the lock beside the config, and with another commit", () =>
  inWorkspace(async (space) => {
    const repository = makeRepository(space.folder);
    repository.commit({ "mirror.lock.yaml": OLD });
    repository.git("tag", "v1");
    await space.write("mirror.lock.yaml", NEW);
    await assertChanges(space);
    await assertChanges(space, "v1");
    repository.commit({ "mirror.lock.yaml": NEW });
    await assertChanges(space, "v1", "HEAD");
    assert.equal((await diff(space)).stdout, "no differences\n");
  }),
);

withGit("before its first commit a lock was empty; without one there is nothing to compare", () =>
  inWorkspace(async (space) => {
    makeRepository(space.folder).commit({ "README.md": "" });
    await space.write("mirror.lock.yaml", NEW);
    const { images } = JSON.parse((await diff(space, "--json")).stdout);
    assert.equal(images.length, 4);
    await rm(join(space.folder, "mirror.lock.yaml"));
    const { code, stderr } = await diff(space);
    assert.equal(code, 2);
    assert.match(stderr, /lock\/missing: There is no mirror\.lock\.yaml\n {2}Make it with: mirror pin/);
  }),
);

withGit("before the first commit of all everything is new, and only HEAD says so", () =>
  inWorkspace(async (space) => {
    makeRepository(space.folder);
    await space.write("mirror.lock.yaml", NEW);
    assert.equal(JSON.parse((await diff(space, "HEAD", "--json")).stdout).images.length, 4);
    assert.match((await diff(space, "v1")).stderr, /git\/unknown-commit: "v1" is neither a file nor a commit/);
  }),
);

withGit("what cannot be compared is told with its place or its name", () =>
  inWorkspace(async (space) => {
    await space.write("broken.lock.yaml", "version: 1\nimages: 3\n");
    const said = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await diff(space, ...args);
      assert.equal(code, 2, stderr);
      return stderr;
    };
    assert.match(await said(), /git\/no-repository/);
    assert.match(await said("broken.lock.yaml", "broken.lock.yaml"), /^broken\.lock\.yaml:2:9: error lock\/bad-entry/);
    assert.match(await said("no.lock.yaml"), /lock\/missing: There is no file no\.lock\.yaml/);
    assert.match(await said("a", "b", "c"), /"c" is a third/);
    makeRepository(space.folder).commit({ "mirror.lock.yaml": "version: 1\nimages: 3\n" });
    assert.match(await said("nope"), /git\/unknown-commit: "nope"/);
    assert.match(await said("HEAD", "HEAD"), /^HEAD:mirror\.lock\.yaml:2:9: error lock\/bad-entry/);
  }),
);

test.run();
