import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { handOut, retire, takeBuffer } from "../http/index.ts";

/** Some bytes of the file that one blob has for itself. */
export interface Extent {
  readonly start: number;
  readonly size: number;
}

/**
 * Room on the disk for bytes on their way. One file for all of them, which loses its name as soon as it is open: the
 * system takes it back however the process ends.
 */
export interface SpoolFile {
  /** Room for so many bytes; undefined where the disk has too little of it, or the folder cannot be written. */
  readonly reserve: (size: number) => Promise<Extent | undefined>;
  readonly release: (extent: Extent) => void;
  readonly write: (extent: Extent, at: number, bytes: Uint8Array) => Promise<void>;
  /** At most `most` bytes, and as few as one, in a buffer that may be given back. */
  readonly read: (extent: Extent, at: number, most: number) => Promise<Buffer>;
  /** Waits for what is being read and written. */
  readonly close: () => Promise<void>;
}

/** What is left to others on the disk. */
const LEFT_FREE = 1024 ** 3;

/** Nothing is made in the folder before there is something to keep. */
export function createSpoolFile(folder: string): SpoolFile {
  let opened: Promise<FileHandle> | undefined;
  let end = 0;
  /** Bytes that will still take room on the disk. */
  const unwritten = new Map<Extent, number>();
  let free: Extent[] = [];
  const file = (): Promise<FileHandle> => {
    opened ??= openNameless(folder);
    return opened;
  };
  /** The first gap that is large enough, or the end. */
  const place = (size: number): number => {
    const gap = free.find((extent) => extent.size >= size);
    if (gap === undefined) {
      end += size;
      return end - size;
    }
    const rest = gap.size > size ? [{ start: gap.start + size, size: gap.size - size }] : [];
    free = [...free.filter((extent) => extent !== gap), ...rest];
    return gap.start;
  };
  return {
    reserve: async (size) => {
      try {
        await file();
        const { bavail, bsize } = await statfs(folder);
        const missing = [...unwritten.values()].reduce((sum, bytes) => sum + bytes, 0);
        if (bavail * bsize < missing + size + LEFT_FREE) return undefined;
        const extent = { start: place(size), size };
        unwritten.set(extent, size);
        return extent;
      } catch {
        return undefined;
      }
    },
    release: (extent) => {
      unwritten.delete(extent);
      free = merged([...free, extent]);
    },
    write: async (extent, at, bytes) => {
      const handle = await file();
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, extent.start + at + done);
        done += bytesWritten;
      }
      unwritten.set(extent, extent.size - at - bytes.length);
    },
    read: async ({ start }, at, most) => {
      const handle = await file();
      const buffer = takeBuffer();
      try {
        const { bytesRead } = await handle.read(buffer, 0, Math.min(most, buffer.length), start + at);
        if (bytesRead === 0) throw new Error("the spool file is shorter than what was written to it");
        return handOut(buffer, 0, bytesRead);
      } finally {
        retire(buffer);
      }
    },
    close: async () => {
      const handle = await opened?.catch(() => undefined);
      opened = Promise.reject(new Error("the spool file is closed"));
      opened.catch(() => {});
      await handle?.close();
    },
  };
}

async function openNameless(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const name = join(folder, `spool-${randomUUID()}`);
  const handle = await open(name, "wx+", 0o600);
  await rm(name, { force: true });
  return handle;
}

/** Neighbours become one, so that large blobs find room again. */
function merged(extents: readonly Extent[]): Extent[] {
  const whole: Extent[] = [];
  for (const extent of [...extents].sort((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last !== undefined && last.start + last.size === extent.start) {
      whole[whole.length - 1] = { start: last.start, size: last.size + extent.size };
    } else whole.push(extent);
  }
  return whole;
}
