import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { test } from "uvu";
import { digestOf } from "../../src/oci/digest.ts";
import { formatBytes } from "../../src/units/bytes.ts";
import { uniqueBlobs } from "../rig/images.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { contentsOf, makeGap } from "./archive-rig.ts";

const integration = requires(test, missingCommand("docker-registry"));

integration("a run saves images to one tar: each blob once, under the names that they come from", async () => {
  const gap = await makeGap({ layerBytes: 100_000 });
  try {
    const run = await gap.mirror("run", "--target", "usb");
    assert.equal(run.code, 0, run.stdout + run.stderr);
    const expected = gap.images.map(({ repository, tag, image }) => [
      `up.example.com/${repository}:${tag}`,
      image.top.digest,
    ]);
    assert.deepEqual(await contentsOf(gap.file), Object.fromEntries(expected));
    const unique = uniqueBlobs(gap.images.map(({ image }) => image)).reduce((sum, { size }) => sum + size, 0);
    const { size } = await stat(gap.file);
    assert.ok(size <= unique * 1.05, `${size} bytes for ${unique} of blobs`);

    const again = await gap.mirror("run", "--target", "usb");
    assert.match(again.stdout, /save:usb +up to date/);
    assert.match(again.stdout, /0 bytes moved/);
  } finally {
    await gap.remove();
  }
});

integration(
  "what is to be written is told as it is, also where it is little, and beside it what is not known",
  async () => {
    const gap = await makeGap({ count: 1, layerBytes: 1000 });
    try {
      const images = gap.images.map(({ image }) => image);
      const manifests = images.flatMap(({ top, children }) => [top, ...children]);
      const sizes = [...manifests.map(({ bytes }) => bytes.length), ...uniqueBlobs(images).map(({ size }) => size)];
      const unique = sizes.reduce((sum, size) => sum + size, 0);
      const plan = await gap.mirror("save", "--to", "small.tar", "--dry-run");
      assert.ok(unique < 100_000, String(unique));
      assert.ok(plan.stdout.includes(` ${formatBytes(unique)} to write, `), plan.stdout);
      const config = await readFile(`${gap.place.folder}/mirror.config.yaml`, "utf8");
      const built = `  built: { version: "1", build: { files: [{ from: files, to: /app }] } }\n`;
      await gap.place.write("files/a", "a");
      await gap.place.write("mirror.config.yaml", config.replace("images:\n", `images:\n${built}`));
      const beside = await gap.mirror("save", "--to", "small.tar", "--dry-run");
      assert.match(beside.stdout, /B to write, beside an image that is built here, .* free/);
    } finally {
      await gap.remove();
    }
  },
);

integration("an image that fails leaves the rest in the partial file, and the next run finishes it", async () => {
  const gap = await makeGap();
  try {
    const text = `  lost: { from: up.example.com/team/lost, version: "1.0" }\n`;
    const whole = await readFile(`${gap.place.folder}/mirror.config.yaml`, "utf8");
    await gap.place.write("mirror.config.yaml", whole.replace("images:\n  app", `images:\n${text}  app`));
    const run = await gap.mirror("run", "--target", "usb");
    assert.equal(run.code, 1, run.stdout);
    await assert.rejects(stat(gap.file));
    await gap.place.write("mirror.config.yaml", whole);
    const before = (await gap.source.accessLog()).length;
    const again = await gap.mirror("run", "--target", "usb");
    assert.equal(again.code, 0, again.stdout + again.stderr);
    const blobs = (await gap.source.accessLog()).slice(before).filter(({ path }) => path.includes("/blobs/"));
    assert.deepEqual(blobs, [], "blobs that were there are not asked for again");
    assert.equal(Object.keys(await contentsOf(gap.file)).length, gap.images.length);
  } finally {
    await gap.remove();
  }
});

integration("the lock beside the config travels along", async () => {
  const gap = await makeGap({ count: 1 });
  try {
    await gap.place.write("mirror.lock.yaml", "version: 1\n");
    assert.equal((await gap.mirror("save", "--to", "locked.tar")).code, 0);
    const listed = await gap.mirror("archive", "list", "locked.tar", "--json");
    const { lock } = JSON.parse(listed.stdout) as { lock: string };
    const written = await readFile(`${gap.place.folder}/mirror.lock.yaml`);
    assert.equal(lock, digestOf(written));
  } finally {
    await gap.remove();
  }
});

integration("an archive that changes takes what it has from the one before", async () => {
  const gap = await makeGap();
  try {
    assert.equal((await gap.mirror("run", "--target", "usb")).code, 0);
    const whole = await readFile(`${gap.place.folder}/mirror.config.yaml`, "utf8");
    await gap.place.write("mirror.config.yaml", whole.replace(/ {2}app-2: .*\n/, ""));
    const before = (await gap.source.accessLog()).length;
    const again = await gap.mirror("run", "--target", "usb");
    assert.equal(again.code, 0, again.stdout + again.stderr);
    const blobs = (await gap.source.accessLog()).slice(before).filter(({ path }) => path.includes("/blobs/"));
    assert.deepEqual(blobs, []);
    const names = Object.keys(await contentsOf(gap.file));
    assert.equal(names.length, gap.images.length - 1);
    assert.ok(!names.some((name) => name.includes("app-2")));
  } finally {
    await gap.remove();
  }
});

requires(
  test,
  missingCommand("docker-registry"),
  missingCommand("skopeo"),
)("skopeo reads what was saved", async () => {
  const gap = await makeGap({ count: 3 });
  try {
    assert.equal((await gap.mirror("run", "--target", "usb")).code, 0);
    // Those with Docker's media types skopeo does not look for in a layout.
    const named = gap.images.filter(({ image }) => image.top.mediaType.includes("vnd.oci"));
    assert.ok(named.length > 0);
    for (const { repository, tag, image } of named) {
      const reference = `oci-archive:${gap.file}:up.example.com/${repository}:${tag}`;
      const { stdout, stderr } = spawnSync("skopeo", ["inspect", "--raw", reference]);
      assert.equal(stdout.toString(), image.top.bytes.toString(), stderr.toString());
    }
  } finally {
    await gap.remove();
  }
});

test.run();
