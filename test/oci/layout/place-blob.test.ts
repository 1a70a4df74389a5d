import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { digestOf } from "../../../src/oci/digest.ts";
import { placeBlob } from "../../../src/oci/layout/place-blob.ts";
import { temporaryFolder } from "../temporary.ts";

const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, at) => at % 253));
const blob = { digest: digestOf(bytes), size: bytes.length };

async function* piecesOf(whole: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < whole.length; at += 70_001) yield whole.subarray(at, at + 70_001);
}

async function places() {
  const folder = await temporaryFolder();
  return { place: join(folder, "blobs/sha256/some"), temporaryFolder: join(folder, "uploads") };
}

const nothingIn = async (folder: string): Promise<void> => assert.deepEqual(await readdir(folder), []);

test("a blob is at its place once it is whole", async () => {
  const where = await places();
  await placeBlob(blob, () => piecesOf(bytes), where);
  assert.ok((await readFile(where.place)).equals(bytes), "other bytes are there");
  await nothingIn(where.temporaryFolder);
});

test("one that has more or fewer bytes than was said is nowhere", async () => {
  const where = await places();
  await assert.rejects(
    placeBlob(blob, () => piecesOf(bytes.subarray(1)), where),
    /it has 599999 of 600000 bytes/,
  );
  await assert.rejects(
    placeBlob(blob, () => piecesOf(Buffer.alloc(600_001)), where),
    /it is longer than 600000 bytes/,
  );
  await assert.rejects(readFile(where.place), { code: "ENOENT" });
  await nothingIn(where.temporaryFolder);
});

test("what the content fails with is told as it is, and nothing is left", async () => {
  const where = await places();
  async function* breaking() {
    yield bytes.subarray(0, 300_000);
    throw new Error("the source is gone");
  }
  await assert.rejects(placeBlob(blob, breaking, where), /the source is gone/);
  await nothingIn(where.temporaryFolder);
});

test("where there can be no file, the content is not opened", async () => {
  const { place } = await places();
  const opened = () => assert.fail("it was opened");
  await assert.rejects(placeBlob(blob, opened, { place, temporaryFolder: "/dev/null/uploads" }), /cannot be used/);
});

test.run();
