import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Digest } from "../../digest.ts";
import { settle } from "../../layout/disk.ts";
import { explained } from "../../layout/failures.ts";
import type { OpenContent } from "../../layout/place-blob.ts";
import { writeAt } from "../../layout/write-at.ts";
import { syncAsItGoes, writeContent } from "../../layout/write-content.ts";
import { damaged } from "../failures.ts";
import { BLOCK, padded, writeHeader } from "../tar/header.ts";
import { putOnce } from "./put-once.ts";
import { coverOf, headOf, PENDING, type Region, regionLength, UNUSED } from "./regions.ts";
import { resume } from "./resume.ts";

/**
 * A tar that is being written: an OCI layout whose blobs come in any order, several at once, each straight to its
 * place. Until it is finished it is called `FILE.partial`, and its headers tell at any moment which blobs are whole:
 * whoever was killed goes on there.
 */
export interface TarFile {
  /** Blobs that are whole, and where their content stands. */
  readonly blobs: ReadonlyMap<Digest, { readonly offset: number; readonly size: number }>;
  /** To read what is there already. */
  readonly handle: FileHandle;
  /**
   * Writes a blob, unless it is there; its bytes have to be verified by whoever gives them. Throws `Failed`:
   * `archive/damaged` where they are not as many as was said, `oci/disk-full`; and what the content throws. The blob
   * is then not there.
   */
  put(blob: SizedBlob, content: OpenContent): Promise<void>;
  /** Writes the index, and gives the file its name once all of it is on the disk. */
  finish(index: string): Promise<void>;
  /** Leaves the file as it is, to be continued. */
  close(): Promise<void>;
}

export interface SizedBlob {
  readonly digest: Digest;
  readonly size: number;
}

export interface TarFileOptions {
  readonly file: string;
  /** Bytes to keep for the index near the beginning; a larger index is written to the end. */
  readonly indexRoom: number;
  /** Told of bytes that are read again, where an earlier run has left some. */
  readonly onVerified?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

export const partialOf = (file: string): string => `${file}.partial`;

const LAYOUT = Buffer.from('{"imageLayoutVersion":"1.0.0"}');

/** Starts a tar, or goes on with one that an earlier run has left: its blobs are hashed, and those that are whole count. */
export async function openTarFile(options: TarFileOptions): Promise<TarFile> {
  const { file } = options;
  const explain = (error: unknown): never => {
    throw explained(error, dirname(file));
  };
  const left = await resume(options).catch(explain);
  const { handle, blobs } = left ?? (await begin(options).catch(explain));
  let { tail } = left ?? { tail: frontLength(options.indexRoom) };
  const indexRoom = left?.indexRoom ?? options.indexRoom;
  const free: Region[] = [...(left?.free ?? [])];
  const written = syncAsItGoes(handle);

  let reserving: Promise<unknown> = Promise.resolve();
  /** One after the other, so that there is never a gap that hides what comes behind it. */
  function reserve(length: number): Promise<Region> {
    const reserved = reserving.then(async () => {
      const again = free.findIndex((region) => region.length === length);
      if (again !== -1) return free.splice(again, 1)[0] ?? { start: tail, length };
      const region = { start: tail, length };
      await writeAt(handle, [coverOf(region, PENDING)], region.start);
      tail += length;
      return region;
    });
    reserving = reserved.catch(() => {});
    return reserved;
  }

  const put = putOnce(({ digest }) => blobs.has(digest), write);

  async function write({ digest, size }: SizedBlob, content: OpenContent): Promise<void> {
    const head = headOf(digest, size);
    const region = await reserve(regionLength(digest, size)).catch(explain);
    const offset = region.start + head.length;
    try {
      const came = await writeContent(await content(), { handle, offset, size, written });
      if (came !== size) throw damaged("what was sent", digest, `it has ${came} of ${size} bytes`);
      await writeAt(handle, [Buffer.alloc(padded(size) - size)], offset + size);
      await writeAt(handle, [head], region.start);
    } catch (error) {
      free.push(region);
      throw explained(error, dirname(file));
    }
    blobs.set(digest, { offset, size });
  }

  async function finish(index: string): Promise<void> {
    const bytes = Buffer.from(index);
    const ours = indexSpan(indexRoom);
    if (bytes.length <= indexRoom) {
      await writeAt(handle, [bytes, Buffer.alloc(indexRoom - bytes.length, " ")], ours.start + BLOCK);
    } else {
      const room = await reserve(BLOCK + padded(bytes.length));
      await writeAt(handle, [coverOf(ours, `${UNUSED}/index`)], ours.start);
      const header = writeHeader({ name: "index.json", size: bytes.length, type: "0" });
      await writeAt(handle, [header, bytes, Buffer.alloc(padded(bytes.length) - bytes.length)], room.start);
    }
    await dropFree();
    await writeAt(handle, [Buffer.alloc(2 * BLOCK)], tail);
    await handle.truncate(tail + 2 * BLOCK);
    await handle.sync();
    await handle.close();
    await settle(partialOf(file), file);
  }

  /** Room that an earlier run took for blobs that nobody wants any more. */
  async function dropFree(): Promise<void> {
    free.sort((a, b) => b.start - a.start);
    for (const region of free.splice(0)) {
      if (region.start + region.length === tail) tail = region.start;
      else await writeAt(handle, [coverOf(region, `${UNUSED}/${region.start}`)], region.start);
    }
  }

  return { blobs, handle, put, finish: (index) => finish(index).catch(explain), close: () => handle.close() };
}

/** The file's beginning: what it is, and room for what is in it. */
async function begin({ file, indexRoom }: TarFileOptions) {
  const handle = await open(partialOf(file), "w+", 0o644);
  const marker = writeHeader({ name: "oci-layout", size: LAYOUT.length, type: "0" });
  const filled = Buffer.alloc(padded(LAYOUT.length));
  LAYOUT.copy(filled);
  const index = writeHeader({ name: "index.json", size: indexRoom, type: "0" });
  await writeAt(handle, [marker, filled, index, Buffer.alloc(padded(indexRoom))], 0);
  return { handle, blobs: new Map<Digest, { offset: number; size: number }>() };
}

const frontLength = (indexRoom: number): number => 3 * BLOCK + padded(indexRoom);

const indexSpan = (indexRoom: number): Region => ({ start: 2 * BLOCK, length: BLOCK + padded(indexRoom) });
