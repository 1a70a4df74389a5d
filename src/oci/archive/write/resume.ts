import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { type Digest, hashFor, hexOf, isDigest } from "../../digest.ts";
import { hasCode } from "../../layout/disk.ts";
import { readPart } from "../../layout/file-part.ts";
import { writeAt } from "../../layout/write-at.ts";
import { padded } from "../tar/header.ts";
import { readTar, type TarEntry } from "../tar/read-tar.ts";
import { coverOf, PENDING, type Region } from "./regions.ts";
import { partialOf, type TarFileOptions } from "./tar-file.ts";

/** What an earlier run has left of a tar. */
export interface Left {
  readonly handle: FileHandle;
  readonly blobs: Map<Digest, { offset: number; size: number }>;
  /** Room of blobs that did not become whole. */
  readonly free: readonly Region[];
  readonly tail: number;
  readonly indexRoom: number;
}

/** Finds what an earlier run has left, and hashes it: what was cut off by a power failure may look whole. */
export async function resume({ file, signal, onVerified }: TarFileOptions): Promise<Left | undefined> {
  const handle = await open(partialOf(file), "r+").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const entries = await readTar(handle, { name: partialOf(file), end: "open" }).catch(() => []);
    const [marker, index, ...rest] = entries;
    if (marker?.name !== "oci-layout" || index?.name !== "index.json") {
      // Killed before it had begun.
      await handle.close();
      return undefined;
    }
    const blobs: Left["blobs"] = new Map();
    const free: Region[] = [];
    let tail = index.offset + padded(index.size);
    for (const entry of rest) {
      const region = { start: entry.start, length: entry.offset + padded(entry.size) - entry.start };
      const digest = digestIn(entry);
      if (digest !== undefined && !blobs.has(digest) && (await isWhole(handle, entry, digest, signal, onVerified))) {
        blobs.set(digest, { offset: entry.offset, size: entry.size });
      } else {
        await writeAt(handle, [coverOf(region, PENDING)], region.start);
        free.push(region);
      }
      tail = region.start + region.length;
    }
    await handle.truncate(tail);
    return { handle, blobs, free, tail, indexRoom: index.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function digestIn({ name, type }: TarEntry): Digest | undefined {
  const digest = /^blobs\/([^/]+)\/([^/]+)$/.exec(name)?.slice(1).join(":");
  return type === "0" && digest !== undefined && isDigest(digest) ? digest : undefined;
}

async function isWhole(
  handle: FileHandle,
  { offset, size }: TarEntry,
  digest: Digest,
  signal: AbortSignal,
  onVerified: TarFileOptions["onVerified"],
): Promise<boolean> {
  if (offset + size > (await handle.stat()).size) return false;
  const hash = hashFor(digest);
  await pipeline(readPart({ handle, name: digest, offset, size }, signal), hash);
  onVerified?.(size);
  return hash.digest("hex") === hexOf(digest);
}
