import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { startDockerRegistry } from "../rig/docker-registry.ts";
import { uniqueBlobs } from "../rig/images.ts";
import { pushImages } from "../rig/push.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { configOf, digestAt, later, makeGap } from "./archive-rig.ts";

const integration = requires(test, missingCommand("docker-registry"));

integration(
  "what changed since an archive is saved alone, within one hundredth of its new bytes, and loaded on it",
  async () => {
    // Layers of 1 to 4 MB, as small images have them.
    const layerBytes = 1_000_000;
    const gap = await makeGap({ count: 24, layerBytes });
    const fresh = await startDockerRegistry();
    assert.ok(fresh !== undefined);
    try {
      const path = (name: string) => join(gap.place.folder, name);
      const full = await gap.mirror("save", "--to", "1.0.tar", "-t", "inside");
      assert.equal(full.code, 0, full.stdout + full.stderr);

      const images = later(gap.images, layerBytes);
      await pushImages(gap.source.host, images);
      await gap.place.write("mirror.config.yaml", configOf(gap.source.host, gap.target.host, images));
      const diff = await gap.mirror("save", "--to", "1.1.tar", "--since", "1.0.tar", "-t", "inside");
      assert.equal(diff.code, 0, diff.stdout + diff.stderr);
      const known = new Set(uniqueBlobs(gap.images.map(({ image }) => image)).map(({ digest }) => digest));
      const isNew = uniqueBlobs(images.map(({ image }) => image)).filter(({ digest }) => !known.has(digest));
      const newBytes = isNew.reduce((sum, { size }) => sum + size, 0);
      const { size } = await stat(path("1.1.tar"));
      console.log(`differential archive: ${size} bytes for ${newBytes} new ones (${(size / newBytes).toFixed(4)})`);
      assert.ok(size <= newBytes * 1.01, `${size} bytes for ${newBytes}`);
      await gap.cutOff();

      const refused = await gap.mirror("load", "1.1.tar", "-t", "inside");
      assert.equal(refused.code, 1, refused.stdout);
      assert.match(refused.stdout + refused.stderr, /1\.1\.tar holds only what 1\.0\.tar does not/);

      // On what its base has brought.
      await gap.place.write("mirror.config.yaml", configOf(gap.source.host, gap.target.host, gap.images));
      const base = await gap.mirror("load", "1.0.tar", "-t", "inside");
      assert.equal(base.code, 0, base.stdout + base.stderr);
      await gap.place.write("mirror.config.yaml", configOf(gap.source.host, gap.target.host, images));
      const loaded = await gap.mirror("load", "1.1.tar", "-t", "inside");
      assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
      // And at an empty registry, with the base along.
      await gap.place.write("mirror.config.yaml", configOf(gap.source.host, fresh.host, images));
      const both = await gap.mirror("load", "1.1.tar", "1.0.tar", "-t", "inside");
      assert.equal(both.code, 0, both.stdout + both.stderr);
      for (const { repository, tag, image } of images) {
        for (const { host } of [gap.target, fresh]) {
          assert.equal(
            await digestAt(host, `mirror/${repository}`, tag),
            image.top.digest,
            `${host} ${repository}:${tag}`,
          );
        }
      }
    } finally {
      await Promise.all([gap.remove(), fresh.stop()]);
    }
  },
);

integration("what another repository of the target has is left out, and found there", async () => {
  const gap = await makeGap({ count: 4 });
  try {
    assert.equal((await gap.mirror("save", "app-1", "app-2", "app-3", "--to", "base.tar")).code, 0);
    assert.equal((await gap.mirror("load", "base.tar", "-t", "inside")).code, 1, "app-4 is not in it");
    const diff = await gap.mirror("save", "--to", "diff.tar", "--since", "base.tar");
    assert.equal(diff.code, 0, diff.stdout + diff.stderr);
    // app-4 stands on layers of app-2, which the target has in another repository.
    const loaded = await gap.mirror("load", "diff.tar", "-t", "inside");
    assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
    for (const { repository, tag, image } of gap.images) {
      assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), image.top.digest);
    }
  } finally {
    await gap.remove();
  }
});

test.run();
