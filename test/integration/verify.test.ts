import assert from "node:assert/strict";
import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { pushImage } from "../rig/push.ts";
import { cosignSignature } from "../rig/referrers.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { digestAt, type Gap, makeGap } from "./archive-rig.ts";

const integration = requires(test, missingCommand("docker-registry"));

interface Document {
  readonly whole: boolean;
  readonly places: readonly {
    readonly images: number;
    readonly where?: unknown;
    readonly wrong: readonly { readonly image?: string; readonly at: string; readonly failure: { code: string } }[];
    readonly read?: { readonly manifests: number; readonly blobs: number; readonly referrers: number };
  }[];
}

async function verified(gap: Gap, ...args: readonly string[]) {
  const { code, stdout, stderr } = await gap.mirror("verify", ...args, "--json");
  assert.ok(stdout.startsWith("{"), stderr);
  const [place] = (JSON.parse(stdout) as Document).places;
  assert.ok(place !== undefined);
  return { code, ...place, wrong: place.wrong.map(({ image, failure }) => `${image ?? "-"} ${failure.code}`) };
}

const blobAt = (gap: Gap, digest: string): string =>
  join(gap.target.folder, "docker/registry/v2/blobs/sha256", digest.slice(7, 9), digest.slice(7), "data");

integration("a target is asked for every digest under its own names, and upstream for nothing", async () => {
  const gap = await makeGap({ count: 3 });
  try {
    assert.equal((await gap.mirror("run", "-t", "inside")).code, 0);
    await gap.cutOff();
    const whole = await gap.mirror("verify", "inside");
    assert.equal(whole.code, 0, whole.stdout + whole.stderr);
    assert.match(whole.stdout, /inside \(127\.0\.0\.1:\d+\) has all of 3 images, by digest/);

    const [one, two] = gap.images;
    assert.ok(one && two);
    await pushImage(gap.target.host, `mirror/${one.repository}`, one.tag, two.image);
    await rm(join(gap.target.folder, "docker/registry/v2/repositories/mirror", two.repository), { recursive: true });
    const broken = await gap.mirror("verify", "inside");
    assert.equal(broken.code, 1);
    assert.match(broken.stdout, /app-1: .*\/mirror\/team\/app-1:1\.0 is sha256:\w+ and not sha256:\w+/);
    assert.match(broken.stdout, /app-2: .*\/mirror\/team\/app-2:1\.0 is not there\n.*mirror run --target inside/);
    assert.match(broken.stdout, /inside \(.*\): 2 of 3 images missing or wrong/);
  } finally {
    await gap.remove();
  }
});

integration(
  "deep, every blob and signature of a target is read and hashed: what the store has lost is found",
  async () => {
    const gap = await makeGap({ count: 3 });
    try {
      const [one, two] = gap.images;
      assert.ok(one && two);
      const tag = `${one.image.top.digest.replace(":", "-")}.sig`;
      await pushImage(gap.source.host, one.repository, tag, cosignSignature(one.image.top));
      assert.equal((await gap.mirror("run", "-t", "inside")).code, 0);
      const whole = await verified(gap, "inside", "--deep");
      assert.deepEqual([whole.code, whole.wrong, whole.read?.referrers], [0, [], 1]);

      // Shared by no other image: the last layer of each is its own.
      const damaged = one.image.blobs.at(-1);
      const lost = two.image.blobs.at(-1);
      assert.ok(damaged && lost);
      const { size } = await stat(blobAt(gap, damaged.digest));
      await writeFile(blobAt(gap, damaged.digest), Buffer.alloc(size, "x"));
      await rm(blobAt(gap, lost.digest));
      assert.equal((await verified(gap, "inside")).code, 0, "digests alone are there");
      const { code, wrong } = await verified(gap, "inside", "--deep");
      assert.equal(code, 1);
      assert.equal(wrong.length, 2, wrong.join("\n"));
      assert.ok(wrong.some((line) => line.startsWith("app-1 ")) && wrong.some((line) => line.startsWith("app-2 ")));
    } finally {
      await gap.remove();
    }
  },
);

integration("of an index that a target takes for some platforms, these have to be there", async () => {
  const gap = await makeGap({ count: 1 });
  try {
    await gap.place.write(
      "mirror.config.yaml",
      (await readFile(join(gap.place.folder, "mirror.config.yaml"), "utf8")).replace(
        /(inside, images: \["\*"\])/,
        "$1, platforms: [linux/amd64]",
      ),
    );
    assert.equal((await gap.mirror("run", "-t", "inside")).code, 0);
    const whole = await verified(gap, "inside", "--deep");
    assert.deepEqual([whole.code, whole.wrong], [0, []]);
    const [one] = gap.images;
    assert.ok(one);
    assert.notEqual(await digestAt(gap.target.host, `mirror/${one.repository}`, one.tag), one.image.top.digest);
  } finally {
    await gap.remove();
  }
});

integration("an archive is compared with the lock it carries, without a config; cut short, it is refused", async () => {
  const gap = await makeGap({ count: 3 });
  try {
    assert.equal((await gap.mirror("pin")).code, 0);
    assert.equal((await gap.mirror("save", "--to", "all.tar")).code, 0);
    assert.equal((await gap.mirror("save", "app-1", "--to", "one.tar")).code, 0);
    await gap.cutOff();
    await rm(join(gap.place.folder, "mirror.config.yaml"));
    await rm(join(gap.place.folder, "mirror.lock.yaml"));
    const whole = await gap.mirror("verify", "all.tar", "--deep");
    assert.equal(whole.code, 0, whole.stdout + whole.stderr);
    assert.match(whole.stdout, /all\.tar has all of 3 images \(\d+ blobs, .* read and hashed\)/);
    assert.equal((await verified(gap, "all.tar")).code, 0);
    const { code, wrong } = await verified(gap, "one.tar");
    assert.deepEqual([code, wrong], [1, ["app-2 verify/missing", "app-3 verify/missing"]]);
    await truncate(join(gap.place.folder, "all.tar"), 30_000);
    const short = await gap.mirror("verify", "all.tar");
    assert.equal(short.code, 1);
    assert.match(short.stderr, /cut short/);
  } finally {
    await gap.remove();
  }
});

integration("of an embedded target, its folder is named, and images by the host that they are called by", async () => {
  const gap = await makeGap({ count: 2 });
  try {
    const config = await readFile(join(gap.place.folder, "mirror.config.yaml"), "utf8");
    await gap.place.write(
      "mirror.config.yaml",
      config.replace(/inside: \{ type: oci.*\}/, "inside: { type: embedded, folder: served, host: site.example.com }"),
    );
    const before = await gap.mirror("verify", "inside");
    assert.match(before.stdout, /app-1: site\.example\.com\/team\/app-1:1\.0 is not there/);
    assert.match(before.stdout, /inside \(site\.example\.com in served\): 2 of 2 images missing or wrong/);
    assert.equal((await gap.mirror("run", "-t", "inside")).code, 0);
    const after = await gap.mirror("verify", "inside");
    assert.match(after.stdout, /inside \(site\.example\.com in served\) has all of 2 images, by digest/);
    const { where } = await verified(gap, "inside");
    assert.deepEqual(where, { host: "site.example.com", folder: join(gap.place.folder, "served") });
  } finally {
    await gap.remove();
  }
});

integration("a name that is neither a target nor a file is a mistake on the command line", async () => {
  const gap = await makeGap({ count: 1 });
  try {
    const { code, stderr } = await gap.mirror("verify", "insde");
    assert.equal(code, 2);
    assert.match(stderr, /There is no target "insde".*\n.*Did you mean "inside"/);
  } finally {
    await gap.remove();
  }
});

integration("signatures cross the gap with their image", async () => {
  const gap = await makeGap({ count: 2 });
  try {
    const [one] = gap.images;
    assert.ok(one);
    const tag = `${one.image.top.digest.replace(":", "-")}.sig`;
    const signature = cosignSignature(one.image.top);
    await pushImage(gap.source.host, one.repository, tag, signature);
    const saved = await gap.mirror("save", "--to", "signed.tar", "-t", "inside");
    assert.equal(saved.code, 0, saved.stdout + saved.stderr);
    await gap.cutOff();
    const loaded = await gap.mirror("load", "signed.tar", "-t", "inside");
    assert.equal(loaded.code, 0, loaded.stdout + loaded.stderr);
    assert.equal(await digestAt(gap.target.host, `mirror/${one.repository}`, tag), signature.top.digest);
  } finally {
    await gap.remove();
  }
});

test.run();
