import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { openArchive } from "../../src/oci/index.ts";
import type { NamedImage } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { configOf, digestAt, later, makeGap } from "./archive-rig.ts";

const integration = requires(test, missingCommand("docker-registry"));

integration(
  "since a lock, without the archive: what its images have is left out, and is to be at the target",
  async () => {
    const gap = await makeGap({ count: 4 });
    try {
      const path = (name: string) => join(gap.place.folder, name);
      assert.equal((await gap.mirror("run", "-t", "inside")).code, 0);
      await copyFile(path("mirror.lock.yaml"), path("1.0.lock.yaml"));
      const images = later(gap.images, 20_000);
      await pushImages(gap.source.host, images);
      await gap.place.write("mirror.config.yaml", configOf(gap.source.host, gap.target.host, images));
      const saved = await gap.mirror("save", "--to", "1.1.tar", "--since", "1.0.lock.yaml", "-t", "inside");
      assert.equal(saved.code, 0, saved.stdout + saved.stderr);
      await gap.cutOff();
      const there = new Set(await blobsIn(path("1.1.tar")));
      const layers = (image: NamedImage) => image.image.blobs.map(({ digest }) => digest as string);
      const unchanged = gap.images.slice(3).flatMap(layers);
      assert.deepEqual(
        unchanged.filter((digest) => there.has(digest)),
        [],
      );
      assert.ok(
        images
          .slice(0, 3)
          .flatMap(layers)
          .some((digest) => there.has(digest)),
      );
      const loaded = await gap.mirror("load", "1.1.tar", "-t", "inside");
      assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
      for (const { repository, tag, image } of images) {
        assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), image.top.digest);
      }
    } finally {
      await gap.remove();
    }
  },
);

async function blobsIn(file: string): Promise<readonly string[]> {
  const archive = await openArchive([file]);
  await archive.close();
  return [...archive.blobs.keys()];
}

test.run();
