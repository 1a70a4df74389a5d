import type { ByteFile } from "../../layout/byte-file.ts";
import { badTar, tooManyEntries, truncated } from "../failures.ts";
import { BLOCK, padded, readHeader, type TarHeader } from "./header.ts";
import { isRecord, NO_RECORDS, type PaxRecords, recordsIn, withRecords } from "./pax.ts";

/** One entry of a tar and where its content stands in the file. */
export interface TarEntry extends TarHeader {
  /** Of the first byte of the content. */
  readonly offset: number;
  /** Of the first header that belongs to it. */
  readonly start: number;
}

export interface ReadTarOptions {
  /** For messages. */
  readonly name: string;
  /** A tar that is still being written has no end yet. */
  readonly end: "needed" | "open";
}

/** No release has so many; who writes a million wants to fill the memory of who reads. */
const MOST_ENTRIES = 500_000;
/** Names and pax records; no name in an archive is longer. */
const LONGEST_RECORD = 64 * 1024;
/** Small entries stand close to each other: their headers are read together, the more at once the more there are. */
const SMALLEST_WINDOW = 4 * 1024;
const LARGEST_WINDOW = 1024 * 1024;

/**
 * Reads what is in a tar from its headers alone: content is passed over, however large. Throws `Failed`:
 * `archive/bad-tar`, `archive/truncated`, `archive/too-many-entries`.
 */
export async function readTar(handle: ByteFile, options: ReadTarOptions): Promise<TarEntry[]> {
  const { name } = options;
  const { size: total } = await handle.stat();
  const blocks = windowOver(handle, total);
  const entries: TarEntry[] = [];
  let records: PaxRecords = NO_RECORDS;
  let start = 0;
  for (let at = 0, seen = 0; ; ) {
    // Waiting for what is at hand would take longer than reading it.
    const block = blocks.atHand(at, BLOCK) ?? (await blocks.read(at, BLOCK));
    if (block === undefined) {
      if (options.end === "open") return entries;
      throw truncated(name, at === total ? "it has no end" : "it ends in the middle of a header");
    }
    const found = readHeader(block);
    if (found === "end") return entries;
    if (found === "checksum") throw badTar(name, `what stands at byte ${at} is no header`);
    if (found === "size") throw badTar(name, `the entry at byte ${at} has an impossible size`);
    seen += 1;
    if (seen > MOST_ENTRIES) throw tooManyEntries(name, MOST_ENTRIES);

    const header = isRecord(found) ? found : withRecords(found, records);
    const { size } = header;
    const offset = at + BLOCK;
    const next = offset + padded(size);
    if (offset + size > total) {
      if (options.end === "open") return [...entries, { ...header, offset, start }];
      throw truncated(name, `${header.name} has ${size} bytes, and the file ends after ${total - offset} of them`);
    }
    if (isRecord(header)) {
      if (size > LONGEST_RECORD) throw badTar(name, `the entry at byte ${at} has a name of ${size} bytes`);
      const said = recordsIn(header, await contentAt(handle, offset, size));
      if (said === undefined) throw badTar(name, `the extended header at byte ${at} cannot be read`);
      records = new Map([...records, ...said]);
    } else {
      entries.push({ ...header, offset, start });
      records = NO_RECORDS;
      start = next;
    }
    at = next;
  }
}

/** Reads from a file some bytes at once, and gives a part of them; undefined past the end. */
function windowOver(handle: Pick<ByteFile, "read">, total: number) {
  let window: Buffer = Buffer.alloc(0);
  let begins = 0;
  let size = SMALLEST_WINDOW;
  const atHand = (at: number, length: number): Buffer | undefined =>
    at < begins || at + length > begins + window.length
      ? undefined
      : window.subarray(at - begins, at - begins + length);
  const read = async (at: number, length: number): Promise<Buffer | undefined> => {
    if (at + length > total) return undefined;
    const isNear = at >= begins && at < begins + 2 * size;
    size = isNear ? Math.min(size * 2, LARGEST_WINDOW) : SMALLEST_WINDOW;
    window = await contentAt(handle, at, Math.min(size, total - at));
    begins = at;
    return atHand(at, length);
  };
  return { atHand, read };
}

/** Some bytes of a file; fewer where it has become shorter meanwhile. */
export async function contentAt(handle: Pick<ByteFile, "read">, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
