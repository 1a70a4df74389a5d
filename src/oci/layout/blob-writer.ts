import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { algorithmOf, type Digest, hashFor } from "../digest.ts";
import { settle, temporaryFile } from "./disk.ts";
import { explained } from "./failures.ts";
import { mismatch } from "./verify.ts";
import { writeAt } from "./write-at.ts";

/** A blob on its way into a layout: bytes are appended in one or several goes, then it is committed or discarded. */
export interface BlobWriter {
  /** Bytes taken so far. */
  readonly size: number;
  /** Appends until the content ends. Where it breaks off, what came before stays and can be continued. */
  append(content: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Puts the blob in its place if its bytes have the digest, so that it survives a crash from here on.
   * Throws `Failed` (`oci/digest-mismatch`) and discards it where they do not.
   */
  commit(expected: Digest): Promise<void>;
  discard(): Promise<void>;
}

/** Written and hashed in pieces of at least this size: fewer trips to the disk. */
const PIECE_BYTES = 1024 * 1024;

/** Starts a blob in a temporary file; `placeOf` says where a finished one belongs, in the same file system. */
export async function startBlob(
  temporaryFolder: string,
  placeOf: (digest: Digest) => string,
  algorithm: "sha256" | "sha512" = "sha256",
): Promise<BlobWriter> {
  const temporary = await newFile(temporaryFolder);
  let hash = createHash(algorithm);
  let size = 0;

  async function write(handle: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
    const written = writeAt(handle, pieces, size);
    // Hashed while they are written, in a copy, so that what fails to be written is not counted.
    const next = hash.copy();
    let bytes = 0;
    for (const piece of pieces) {
      next.update(piece);
      bytes += piece.length;
    }
    await written.catch((error: unknown) => {
      throw explained(error, temporaryFolder);
    });
    hash = next;
    size += bytes;
  }

  async function append(content: AsyncIterable<Uint8Array>): Promise<void> {
    const handle = await open(temporary, "r+");
    try {
      // A write that failed half-way, on a full disk, may have left bytes that were never counted.
      await handle.truncate(size);
      await inPieces(content, (pieces) => write(handle, pieces));
    } finally {
      await handle.close();
    }
  }

  async function commit(expected: Digest): Promise<void> {
    try {
      const found = expected.startsWith(`${algorithm}:`)
        ? `${algorithm}:${hash.digest("hex")}`
        : await hashFile(temporary, expected);
      if (found !== expected)
        throw mismatch({ digest: expected }, "the upload", `the bytes sent have the digest ${found}`);
      await sync(temporary);
      const place = placeOf(expected);
      await mkdir(dirname(place), { recursive: true });
      await settle(temporary, place);
    } catch (error) {
      await discard();
      throw explained(error, temporaryFolder);
    }
  }

  const discard = (): Promise<void> => rm(temporary, { force: true });

  return {
    get size() {
      return size;
    },
    append,
    commit,
    discard,
  };
}

async function newFile(folder: string): Promise<string> {
  try {
    const file = await temporaryFile(folder);
    await (await open(file, "wx")).close();
    return file;
  } catch (error) {
    throw explained(error, folder);
  }
}

async function inPieces(
  content: AsyncIterable<Uint8Array>,
  write: (pieces: readonly Uint8Array[]) => Promise<void>,
): Promise<void> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of content) {
      pieces.push(chunk);
      bytes += chunk.length;
      if (bytes < PIECE_BYTES) continue;
      const full = pieces;
      pieces = [];
      bytes = 0;
      await write(full);
    }
  } finally {
    if (bytes > 0) await write(pieces);
  }
}

async function hashFile(file: string, expected: Digest): Promise<string> {
  const hash = hashFor(expected);
  await pipeline(createReadStream(file), hash);
  return `${algorithmOf(expected)}:${hash.digest("hex")}`;
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
