import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { missingCommand, missingRoot, requires } from "../rig/skip.ts";
import { type Gap, makeGap } from "./archive-rig.ts";

const onSmallDisk = requires(test, missingCommand("docker-registry"), missingRoot());

async function withDisk(size: string, check: (gap: Gap, disk: string) => Promise<void>): Promise<void> {
  const gap = await makeGap({ count: 4, layerBytes: 200_000 });
  const disk = join(gap.place.folder, "disk");
  await mkdir(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", disk]);
  try {
    await check(gap, disk);
  } finally {
    execFileSync("umount", [disk]);
    await gap.remove();
  }
}

const SAVE = ["save", "--to", "disk/images", "--format", "docker-archive"];

onSmallDisk(
  "docker archives that would not fit beside what they are made of are refused before anything is fetched",
  () =>
    withDisk("12m", async (gap, disk) => {
      const before = (await gap.source.accessLog()).length;
      const refused = await gap.mirror(...SAVE);
      assert.equal(refused.code, 1, refused.stdout);
      assert.match(
        refused.stdout + refused.stderr,
        /disk has 1\d MB free, and images\.gathered\.tar with the docker archives made of it still needs \d+ MB, [\d.]+ MB more than there is/,
      );
      assert.deepEqual(await readdir(disk), []);
      const asked = (await gap.source.accessLog()).slice(before).map(({ path }) => path);
      // Configs are: they tell what an image is for.
      const blobs = gap.images.flatMap(({ image }) => image.blobs);
      const layers = blobs.filter(({ mediaType }) => !mediaType.includes("json"));
      assert.ok(layers.length > 8);
      assert.ok(!layers.some(({ digest }) => asked.some((path) => path.endsWith(digest))));
      // The archive itself would fit.
      assert.equal((await gap.mirror("save", "--to", "disk/release.tar")).code, 0);
    }),
);

onSmallDisk("where there is room for both, the docker archives alone are left", () =>
  withDisk("40m", async (gap, disk) => {
    const saved = await gap.mirror(...SAVE);
    assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    assert.match(saved.stdout, /room:archive +\S+ MB and \S+ MB of docker archives to write/);
    assert.deepEqual(await readdir(disk), ["images"]);
    assert.equal((await readdir(join(disk, "images"))).length, 5);
  }),
);

test.run();
