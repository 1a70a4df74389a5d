import type { FileHandle } from "node:fs/promises";
import { giveBack } from "../http/index.ts";

/** Writes all of some bytes to their place; buffers that are used again are given back. */
export async function writeAt(handle: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  const total = chunks.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return;
  const [only] = chunks;
  let written =
    chunks.length === 1 && only !== undefined
      ? (await handle.write(only, 0, only.length, position)).bytesWritten
      : (await handle.writev([...chunks], position)).bytesWritten;
  if (written < total) {
    // A system call may take fewer than it was given.
    const all = Buffer.concat(chunks);
    while (written < total) {
      written += (await handle.write(all, written, total - written, position + written)).bytesWritten;
    }
  }
  for (const chunk of chunks) giveBack(chunk);
}
