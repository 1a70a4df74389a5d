import type { FileHandle } from "node:fs/promises";
import { writeAt } from "./write-at.ts";

/** Written at once at least. */
const PIECE_BYTES = 256 * 1024;
/** Written, and not yet on the disk, at most: a stick that is slow is waited for as it goes, not at the end. */
const MOST_UNSYNCED = 256 * 1024 * 1024;

/** Where some content goes. */
export interface Destination {
  readonly handle: FileHandle;
  readonly offset: number;
  /** Bytes that there is room for. */
  readonly size: number;
  /** Told of bytes that were written, and waited for: `syncAsItGoes`. */
  readonly written: (bytes: number) => Promise<void>;
}

/** Gives how many bytes came, of which never more than there is room for are written. Throws what the content throws. */
export async function writeContent(
  content: AsyncIterable<Uint8Array>,
  { handle, offset, size, written }: Destination,
): Promise<number> {
  let done = 0;
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  const flush = async (): Promise<void> => {
    const [full, bytes] = [chunks, gathered];
    [chunks, gathered] = [[], 0];
    await writeAt(handle, full, offset + done);
    done += bytes;
    await written(bytes);
  };
  for await (const chunk of content) {
    if (done + gathered + chunk.length > size) return done + gathered + chunk.length;
    chunks.push(chunk);
    gathered += chunk.length;
    if (gathered >= PIECE_BYTES) await flush();
  }
  if (gathered > 0) await flush();
  return done;
}

/** Sees to it that a file is never far ahead of the disk: what it gives is told of bytes that were written. */
export function syncAsItGoes(handle: FileHandle): (bytes: number) => Promise<void> {
  let unsynced = 0;
  let syncing: Promise<void> | undefined;
  return async (bytes) => {
    unsynced += bytes;
    if (unsynced < MOST_UNSYNCED) return;
    unsynced = 0;
    syncing ??= handle.datasync().finally(() => {
      syncing = undefined;
    });
    await syncing;
  };
}
