import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "uvu";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, digestAt, type Gap, makeGap } from "./archive-rig.ts";

const integration = requires(test, missingCommand("docker-registry"));

async function expectAllInside({ images, target }: Gap): Promise<void> {
  for (const { repository, tag, image } of images) {
    assert.equal(await digestAt(target.host, `mirror/${repository}`, tag), image.top.digest, repository);
  }
}

integration(
  "what one machine saves another loads, without a network: the same digests under the target's names",
  async () => {
    const gap = await makeGap();
    try {
      const saved = await gap.mirror("save", "--to", "carried.tar", "--target", "inside");
      assert.equal(saved.code, 0, saved.stdout + saved.stderr);
      await gap.cutOff();
      const loaded = await gap.mirror("load", "carried.tar", "--target", "inside");
      assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
      await expectAllInside(gap);
      const again = await gap.mirror("run", "--target", "inside", "--from", "carried.tar");
      assert.match(again.stdout, /0 bytes moved/);
      const uploads = (await gap.target.accessLog()).filter(({ method }) => method === "PUT");
      assert.equal(new Set(uploads.map(({ path }) => path)).size, uploads.length);
    } finally {
      await gap.remove();
    }
  },
);

integration("some images are saved by name, and the wrong name is told", async () => {
  const gap = await makeGap({ count: 3 });
  try {
    assert.equal((await gap.mirror("save", "app-1", "app-3", "--to", "some.tar")).code, 0);
    const names = Object.keys(await contentsOf(`${gap.place.folder}/some.tar`));
    assert.deepEqual(names, ["up.example.com/team/app-1:1.0", "up.example.com/team/app-3:1.0"]);
    const wrong = await gap.mirror("save", "app-l", "--to", "some.tar");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /no image "app-l".*\n.*Did you mean "app-1"/);
    const missing = await gap.mirror("load", "nowhere.tar", "--target", "inside");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /nowhere.tar cannot be opened: there is no such file/);
  } finally {
    await gap.remove();
  }
});

integration("an archive for one platform keeps the digest of its index, and is loaded for that platform", async () => {
  const gap = await makeGap({ count: 1 });
  try {
    const saved = await gap.mirror("save", "--to", "amd64.tar", "--platform", "linux/amd64");
    assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    const found = await contentsOf(`${gap.place.folder}/amd64.tar`);
    assert.deepEqual(Object.values(found), [gap.images[0]?.image.top.digest]);
    const whole = await gap.mirror("load", "amd64.tar", "--target", "inside");
    assert.equal(whole.code, 1, "the target wants all platforms");
    const config = await readFile(`${gap.place.folder}/mirror.config.yaml`, "utf8");
    await gap.place.write(
      "mirror.config.yaml",
      config.replace(/(inside, images: \["\*"\])/, "$1, platforms: [linux/amd64]"),
    );
    const fromNetwork = await gap.mirror("run", "--target", "inside");
    assert.equal(fromNetwork.code, 0, fromNetwork.stdout + fromNetwork.stderr);
    const loaded = await gap.mirror("load", "amd64.tar", "--target", "inside");
    assert.match(loaded.stdout, /0 bytes moved/, loaded.stdout + loaded.stderr);
  } finally {
    await gap.remove();
  }
});

test.run();
