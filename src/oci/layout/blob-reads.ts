import { lstat, readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Digest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import type { ByteRange } from "./blobs.ts";
import { unlessMissing } from "./disk.ts";
import { notFound } from "./failures.ts";
import { readPartOf } from "./file-part.ts";
import type { BlobReads } from "./reading.ts";
import { checkBytes, mismatch, verified } from "./verify.ts";

/** Blobs that are each a file of their own, at `placeOf`. `name` is what failures call the whole. */
export function blobReads(name: string, placeOf: (digest: Digest) => string): BlobReads {
  async function size(digest: Digest): Promise<number | undefined> {
    // What a link leads to was not pushed here.
    const found = await unlessMissing(lstat(placeOf(digest)));
    return found?.isFile() ? found.size : undefined;
  }

  async function readIfThere(blob: Descriptor): Promise<Uint8Array | undefined> {
    const bytes = await unlessMissing(readFile(placeOf(blob.digest)));
    if (bytes !== undefined) checkBytes(bytes, blob, name);
    return bytes;
  }

  async function read(blob: Descriptor): Promise<Uint8Array> {
    const bytes = await readIfThere(blob);
    if (bytes === undefined) throw notFound(blob.digest, name);
    return bytes;
  }

  async function open(blob: Descriptor, signal: AbortSignal): Promise<Readable> {
    const found = await size(blob.digest);
    if (found === undefined) throw notFound(blob.digest, name);
    if (found !== blob.size) throw mismatch(blob, name, `it has ${found} of ${blob.size} bytes`);
    const content = readPartOf(placeOf(blob.digest), 0, blob.size, signal);
    return verified(content, blob, (why) => mismatch(blob, name, why));
  }

  function range(digest: Digest, { first, last }: ByteRange): Readable {
    if (last < first) return Readable.from([]);
    return readPartOf(placeOf(digest), first, last - first + 1);
  }

  return { size, read, readIfThere, open, range };
}
