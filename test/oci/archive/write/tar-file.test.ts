import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { openArchive } from "../../../../src/oci/archive/open.ts";
import { openTarFile, partialOf } from "../../../../src/oci/archive/write/tar-file.ts";
import { type Digest, digestOf } from "../../../../src/oci/digest.ts";
import { temporaryFolder } from "../../temporary.ts";
import { contentsOf, indexOf, smallSet } from "../tars.ts";

const signal = new AbortController().signal;
const options = { indexRoom: 16 * 1024, signal };

async function* piecesOf(bytes: Buffer, size = 777): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("blobs go to their places at once, and the file gets its name when it is whole", async () => {
  const file = join(await temporaryFolder(), "images.tar");
  const images = smallSet(5);
  const tar = await openTarFile({ file, ...options });
  const blobs = images.flatMap(({ image }) => contentsOf(image));
  await Promise.all(
    blobs.map((bytes) => tar.put({ digest: digestOf(bytes), size: bytes.length }, () => piecesOf(bytes))),
  );
  await assert.rejects(stat(file));
  await tar.finish(indexOf(images));
  await assert.rejects(stat(partialOf(file)));
  const archive = await openArchive([file]);
  for (const { repository, tag, image } of images) {
    assert.equal((await archive.getManifest(repository, tag, signal)).digest, image.top.digest);
  }
  await archive.close();
});

test("an index that is larger than its room stands at the end", async () => {
  const file = join(await temporaryFolder(), "images.tar");
  const images = smallSet(2);
  const tar = await openTarFile({ file, indexRoom: 512, signal });
  for (const bytes of images.flatMap(({ image }) => contentsOf(image))) {
    await tar.put({ digest: digestOf(bytes), size: bytes.length }, () => piecesOf(bytes));
  }
  await tar.finish(`${indexOf(images)}${" ".repeat(2000)}`);
  const archive = await openArchive([file]);
  assert.deepEqual(archive.repositories(), ["team/app-1", "team/app-2"]);
  await archive.close();
});

test("digests of sha512 have names that need a header of their own", async () => {
  const file = join(await temporaryFolder(), "images.tar");
  const bytes = Buffer.from("long names");
  const digest = `sha512:${createHash("sha512").update(bytes).digest("hex")}` as Digest;
  const tar = await openTarFile({ file, ...options });
  await tar.put({ digest, size: bytes.length }, () => piecesOf(bytes));
  await tar.finish('{"schemaVersion":2,"manifests":[]}');
  const archive = await openArchive([file]);
  assert.equal(archive.blobs.get(digest), bytes.length);
  await archive.close();
});

test("what an earlier run has left is gone on with: whole blobs stay, and what is damaged is written again", async () => {
  const file = join(await temporaryFolder(), "images.tar");
  const [one, two, three] = ["one", "two", "three"].map((text) => Buffer.from(text.repeat(1000)));
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  const sized = (bytes: Buffer) => ({ digest: digestOf(bytes), size: bytes.length });
  const first = await openTarFile({ file, ...options });
  await first.put(sized(one), () => piecesOf(one));
  await first.put(sized(two), () => piecesOf(two));
  await assert.rejects(
    first.put(sized(three), async function* () {
      yield three.subarray(0, 100);
      throw new Error("the network is gone");
    }),
  );
  const damagedAt = first.blobs.get(digestOf(two))?.offset ?? 0;
  await first.close();
  const partial = await open(partialOf(file), "r+");
  await partial.write(Buffer.from("X"), 0, 1, damagedAt);
  await partial.close();

  let verified = 0;
  const again = await openTarFile({
    file,
    ...options,
    onVerified: (bytes) => {
      verified += bytes;
    },
  });
  assert.equal(verified, one.length + two.length);
  assert.deepEqual([...again.blobs.keys()], [digestOf(one)]);
  await again.put(sized(two), () => piecesOf(two));
  await again.finish('{"schemaVersion":2,"manifests":[]}');
  const archive = await openArchive([file]);
  assert.deepEqual([...archive.blobs.keys()].sort(), [digestOf(one), digestOf(two)].sort());
  await archive.close();
});

test("bytes that are too few or too many leave nothing behind", async () => {
  const file = join(await temporaryFolder(), "images.tar");
  const tar = await openTarFile({ file, ...options });
  const bytes = Buffer.from("some bytes");
  for (const size of [bytes.length - 1, bytes.length + 1]) {
    await assert.rejects(
      tar.put({ digest: digestOf(bytes), size }, () => piecesOf(bytes)),
      /damaged/,
    );
  }
  assert.equal(tar.blobs.size, 0);
  await tar.close();
});

test.run();
