import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test } from "uvu";
import { Failed } from "../../../src/failure/index.ts";
import { openArchive } from "../../../src/oci/archive/open.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { temporaryFolder } from "../temporary.ts";
import { layoutOf, type Made, smallSet, tarOf } from "./tars.ts";

const never = new AbortController().signal;

async function fileOf(bytes: Buffer): Promise<string> {
  const file = join(await temporaryFolder(), "archive.tar");
  await writeFile(file, bytes);
  return file;
}

async function codeOf(entries: readonly Made[]): Promise<string> {
  return failureOf(await fileOf(tarOf(entries)));
}

async function failureOf(file: string): Promise<string> {
  try {
    await (await openArchive([file])).close();
    return "opened";
  } catch (error) {
    assert.ok(error instanceof Failed, String(error));
    return error.failure.code;
  }
}

test("images of a tar are read where they stand: by tag, by digest, from any byte on", async () => {
  const images = smallSet();
  const archive = await openArchive([await fileOf(tarOf(layoutOf(images)))]);
  for (const { repository, tag, image } of images) {
    const manifest = await archive.getManifest(repository, tag, never);
    assert.equal(manifest.digest, image.top.digest);
    for (const blob of image.blobs) {
      const descriptor = { mediaType: blob.mediaType, digest: digestOf(blob.content as Buffer), size: blob.size };
      const all = await buffer(await archive.openBlob(repository, descriptor, never));
      assert.deepEqual(all, blob.content);
      const part = await buffer(archive.readBlob(descriptor.digest, { first: 3, last: blob.size - 2 }));
      assert.deepEqual(part, (blob.content as Buffer).subarray(3, blob.size - 1));
    }
  }
  await archive.close();
});

test("a tar that ends too early is refused, wherever it ends", async () => {
  const whole = tarOf(layoutOf(smallSet(1)));
  for (const length of [0, 100, 512, 1000, whole.length / 2, whole.length - 1024]) {
    const file = await fileOf(whole);
    await truncate(file, Math.floor(length));
    assert.equal(await failureOf(file), "archive/truncated", `${length} of ${whole.length} bytes`);
  }
});

test("names that lead elsewhere, links and what is there twice are refused", async () => {
  const good = layoutOf(smallSet(1));
  assert.equal(await codeOf(good), "opened");
  for (const name of ["../evil", "blobs/../../evil", "/etc/evil", "a\\..\\evil"]) {
    assert.equal(await codeOf([...good, { name }]), "archive/bad-entry", name);
  }
  for (const type of ["1", "2", "3", "6", "S"]) {
    assert.equal(await codeOf([...good, { name: "blobs/sha256/x", type }]), "archive/bad-entry", type);
  }
  assert.equal(await codeOf([...good, ...good.slice(1, 2)]), "archive/bad-entry");
  assert.equal(await codeOf([...good, { name: "./blobs/", type: "5" }, { name: "manifest.json" }]), "opened");
});

test("what is no layout is told apart", async () => {
  assert.equal(await codeOf([{ name: "readme.txt", content: "hello" }]), "archive/not-an-archive");
  assert.equal(await codeOf(layoutOf(smallSet(1)).slice(1)), "archive/not-an-archive");
  assert.equal(await failureOf(await fileOf(Buffer.from("no tar ".repeat(100)))), "archive/bad-tar");
  assert.equal(await failureOf("/nowhere/archive.tar"), "archive/unreadable");
});

test("a header with an absurd size is refused before anything is read", async () => {
  const bytes = tarOf(layoutOf(smallSet(1)));
  const file = await fileOf(bytes);
  const absurd = Buffer.from(bytes);
  absurd.write("77777777777\x00", 124, "latin1");
  const sum = absurd.subarray(0, 512).reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  absurd.write(`${sum.toString(8).padStart(6, "0")}\x00 `, 148, "latin1");
  await writeFile(file, absurd);
  assert.equal(await failureOf(file), "archive/truncated");
});

test("a blob that is not what its name says is not given whole", async () => {
  const images = smallSet(1);
  const bytes = tarOf(layoutOf(images));
  const [named] = images;
  const blob = named?.image.blobs[0];
  assert.ok(named !== undefined && blob !== undefined && Buffer.isBuffer(blob.content));
  bytes.write("X", bytes.indexOf(blob.content) + 20);
  const archive = await openArchive([await fileOf(bytes)]);
  const descriptor = { mediaType: blob.mediaType, digest: digestOf(blob.content), size: blob.size };
  await assert.rejects(
    async () => buffer(await archive.openBlob(named.repository, descriptor, never)),
    (error: unknown) => error instanceof Failed && error.failure.code === "archive/damaged",
  );
  await archive.close();
});

test("tars of GNU tar, with folders and names before them, are read", async () => {
  const folder = await temporaryFolder();
  const file = await fileOf(tarOf(layoutOf(smallSet())));
  assert.equal(spawnSync("tar", ["-xf", file, "-C", folder]).status, 0);
  for (const format of ["gnu", "pax", "ustar"]) {
    const again = join(folder, `${format}.again`);
    assert.equal(
      spawnSync("tar", ["-cf", again, `--format=${format}`, "--exclude=*.again", "-C", folder, "."]).status,
      0,
    );
    assert.equal(await failureOf(again), "opened", format);
  }
  assert.equal(await failureOf(folder), "opened", "as a folder");
});

test.run();
