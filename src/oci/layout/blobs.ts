import { lstat, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, hexOf, isDigest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import { blobReads } from "./blob-reads.ts";
import { type BlobWriter, startBlob } from "./blob-writer.ts";
import { namesIn, unlessMissing } from "./disk.ts";
import { type OpenContent, placeBlob } from "./place-blob.ts";
import type { BlobReads } from "./reading.ts";
import { mismatch } from "./verify.ts";

/** The files below `blobs/` of a layout. */
export interface Blobs extends BlobReads {
  start(algorithm: "sha256" | "sha512"): Promise<BlobWriter>;
  put(blob: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Takes a blob whose bytes are verified by whoever gives them. */
  place(blob: Pick<Descriptor, "digest" | "size">, content: OpenContent): Promise<void>;
  remove(digest: Digest): Promise<void>;
  /** Makes a blob count as just written; false where it is not there. */
  touch(digest: Digest): Promise<boolean>;
  /** All that are there, with the milliseconds since 1970 of their last write or touch. */
  list(): AsyncIterable<{ readonly digest: Digest; readonly size: number; readonly at: number }>;
}

/** Positions of the first and the last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The blobs of the layout in `folder`, written by way of `uploads`. */
export function blobsIn(folder: string, uploads: string): Blobs {
  const placeOf = (digest: Digest): string =>
    join(folder, "blobs", digest.slice(0, digest.indexOf(":")), hexOf(digest));

  const reads = blobReads(folder, placeOf);
  const start = (algorithm: "sha256" | "sha512"): Promise<BlobWriter> => startBlob(uploads, placeOf, algorithm);

  async function put(blob: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void> {
    const writer = await start(blob.digest.startsWith("sha512:") ? "sha512" : "sha256");
    try {
      await writer.append(content);
      if (writer.size !== blob.size) throw mismatch(blob, "the upload", `it has ${writer.size} of ${blob.size} bytes`);
    } catch (error) {
      await writer.discard();
      throw error;
    }
    await writer.commit(blob.digest);
  }

  const place: Blobs["place"] = (blob, content) =>
    placeBlob(blob, content, { place: placeOf(blob.digest), temporaryFolder: uploads });

  const remove = (digest: Digest): Promise<void> => rm(placeOf(digest), { force: true });

  async function touch(digest: Digest): Promise<boolean> {
    const now = new Date();
    return (await unlessMissing(utimes(placeOf(digest), now, now).then(() => true))) ?? false;
  }

  async function* list() {
    for (const algorithm of await namesIn(join(folder, "blobs"))) {
      for (const hex of await namesIn(join(folder, "blobs", algorithm))) {
        const digest = `${algorithm}:${hex}`;
        if (!isDigest(digest)) continue;
        const found = await unlessMissing(lstat(placeOf(digest)));
        if (found?.isFile()) yield { digest, size: found.size, at: found.mtimeMs };
      }
    }
  }

  return { ...reads, start, put, place, remove, touch, list };
}
