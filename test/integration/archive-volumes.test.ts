import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, digestAt, makeGap } from "./archive-rig.ts";

const integration = requires(test, missingCommand("docker-registry"));

integration("volumes are no larger than asked, each loads alone, and together they are everything", async () => {
  const gap = await makeGap({ count: 8, layerBytes: 150_000 });
  try {
    const saved = await gap.mirror("save", "--to", "v.tar", "--volume-size", "5M");
    assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    const files = (await readdir(gap.place.folder)).filter((name) => /^v\.\d+\.tar$/.test(name)).sort();
    assert.ok(files.length > 1, files.join());
    assert.match(saved.stdout, new RegExp(`save:archive +\\S+v\\.1\\.tar to \\S+v\\.${files.length}\\.tar: 8 images`));
    const names: string[] = [];
    for (const file of files) {
      const { size } = await stat(join(gap.place.folder, file));
      assert.ok(size <= 5_000_000, `${file} has ${size} bytes`);
      assert.equal((await gap.mirror("archive", "verify", file)).code, 0, file);
      names.push(...Object.keys(await contentsOf(join(gap.place.folder, file))));
    }
    assert.deepEqual(
      names.sort(),
      gap.images.map(({ repository, tag }) => `up.example.com/${repository}:${tag}`).sort(),
    );
    const again = await gap.mirror("save", "--to", "v.tar", "--volume-size", "5M");
    assert.match(again.stdout, /save:archive +up to date/);

    // One alone brings the images that it completes, and those only.
    const [alone = ""] = files;
    const within = Object.keys(await contentsOf(join(gap.place.folder, alone)));
    const own = gap.images.filter(({ repository, tag }) => within.includes(`up.example.com/${repository}:${tag}`));
    const elsewhere = gap.images.filter((image) => !own.includes(image));
    assert.ok(own.length > 0 && elsewhere.length > 0);
    const some = await gap.mirror("load", alone, "-t", "inside");
    assert.equal(some.code, 1, "the others are in other volumes, which is told");
    for (const { repository, tag, image } of own) {
      assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), image.top.digest);
    }
    for (const { repository, tag } of elsewhere) {
      assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), undefined);
    }

    const all = await gap.mirror("load", ...files, "-t", "inside");
    assert.equal(all.code, 0, all.stdout + all.stderr);
    for (const { repository, tag, image } of gap.images) {
      assert.equal(await digestAt(gap.target.host, `mirror/${repository}`, tag), image.top.digest);
    }
    const small = await gap.mirror("save", "--to", "w.tar", "--volume-size", "1M");
    assert.equal(small.code, 2);
    assert.match(small.stdout + small.stderr, /takes .* and a volume has room for 990 kB/);
  } finally {
    await gap.remove();
  }
});

test.run();
