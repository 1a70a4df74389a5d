import type { ByteFile } from "../byte-file.ts";
import { badTar, tooManyEntries, truncated } from "../failures.ts";
import { BLOCK, padded, readHeader, type TarHeader } from "./header.ts";
import { type PaxRecords, readPax } from "./pax.ts";

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
  let records: PaxRecords = {};
  let start = 0;
  for (let at = 0, seen = 0; ; ) {
    // Waiting for what is at hand would take longer than reading it.
    const block = blocks.atHand(at, BLOCK) ?? (await blocks.read(at, BLOCK));
    if (block === undefined) {
      if (options.end === "open") return entries;
      throw truncated(name, at === total ? "it has no end" : "it ends in the middle of a header");
    }
    const header = readHeader(block);
    if (header === "end") return entries;
    if (header === "checksum") throw badTar(name, `what stands at byte ${at} is no header`);
    if (header === "size") throw badTar(name, `the entry at byte ${at} has an impossible size`);
    seen += 1;
    if (seen > MOST_ENTRIES) throw tooManyEntries(name, MOST_ENTRIES);

    const isRecord = /^[xgLK]$/.test(header.type);
    const size = isRecord ? header.size : (records.size ?? header.size);
    const offset = at + BLOCK;
    const next = offset + padded(size);
    if (offset + size > total) {
      const entry = { ...named(header, records), size, offset, start };
      if (options.end === "open") return [...entries, entry];
      throw truncated(name, `${entry.name} has ${size} bytes, and the file ends after ${total - offset} of them`);
    }
    if (isRecord) {
      if (size > LONGEST_RECORD) throw badTar(name, `the entry at byte ${at} has a name of ${size} bytes`);
      records = { ...records, ...recordsOf(header.type, await contentAt(handle, offset, size), name, at) };
    } else {
      entries.push({ ...named(header, records), size, offset, start });
      records = {};
      start = next;
    }
    at = next;
  }
}

function named(header: TarHeader, records: PaxRecords): TarHeader {
  if (records.path === undefined && records.linkpath === undefined) return header;
  return { ...header, name: records.path ?? header.name, linkName: records.linkpath ?? header.linkName };
}

function recordsOf(type: string, bytes: Buffer, name: string, at: number): PaxRecords {
  switch (type) {
    case "x": {
      const records = readPax(bytes);
      if (records === undefined) throw badTar(name, `the extended header at byte ${at} cannot be read`);
      return records;
    }
    case "L":
      return { path: textOf(bytes) };
    case "K":
      return { linkpath: textOf(bytes) };
    // A global header says things such as a comment: names and sizes that hold for several entries mean nothing.
    default:
      return {};
  }
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
}

/** Reads from a file some bytes at once, and gives a part of them; undefined past the end. */
function windowOver(handle: ByteFile, total: number) {
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
export async function contentAt(handle: ByteFile, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
