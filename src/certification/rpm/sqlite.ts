import { Unreadable, withinBytes } from "./unreadable.ts";

/**
 * Reads one table of an SQLite file (https://www.sqlite.org/fileformat2.html) that is in memory: the blobs that rpm
 * keeps in `Packages`. A whole engine is not needed for a walk over one b-tree, and none is there on Node 20.
 */

const MAGIC = "SQLite format 3\0";
const LEAF = 0x0d;
const INTERIOR = 0x05;

interface Pages {
  readonly bytes: Buffer;
  readonly size: number;
  /** What of a page is not reserved for extensions. */
  readonly usable: number;
  /** A page by its number, from 1. */
  page(number: number): Buffer;
}

type Value = number | Buffer | undefined;

export const isSqlite = (bytes: Buffer): boolean => bytes.subarray(0, MAGIC.length).toString("latin1") === MAGIC;

/**
 * The blobs of a table of an integer key and a blob, in the order of the key. `log` is the write-ahead log beside the
 * file, where there is one. Throws `Unreadable`.
 */
export function sqliteBlobs(bytes: Buffer, table: string, log?: Buffer): readonly Buffer[] {
  return withinBytes("the SQLite file", () => {
    const pages = pagesOf(bytes, log);
    const root = rootOf(pages, table);
    const blobs = [...rowsOf(pages, root)].map((record) => record.find(Buffer.isBuffer));
    return blobs.filter((blob) => blob !== undefined);
  });
}

function pagesOf(bytes: Buffer, log: Buffer | undefined): Pages {
  const written = bytes.readUInt16BE(16);
  const size = written === 1 ? 65_536 : written;
  if (size < 512 || (size & (size - 1)) !== 0) throw new Unreadable("the SQLite file has no page size");
  const newer = log === undefined ? new Map<number, Buffer>() : pagesOfLog(log, size);
  return {
    bytes,
    size,
    usable: size - bytes.readUInt8(20),
    page(number) {
      const start = (number - 1) * size;
      const page = newer.get(number) ?? bytes.subarray(start, start + size);
      if (number < 1 || page.length < size) throw new Unreadable(`the SQLite file has no page ${number}`);
      return page;
    },
  };
}

/** The last committed state of pages that are still in the log ("The Write-Ahead Log", section 4). */
function pagesOfLog(log: Buffer, size: number): Map<number, Buffer> {
  const committed = new Map<number, Buffer>();
  if (log.length < 32 || log.readUInt32BE(8) !== size) return committed;
  const salt = log.subarray(16, 24);
  let pending: [number, Buffer][] = [];
  for (let at = 32; at + 24 + size <= log.length; at += 24 + size) {
    // Frames of an earlier round stand behind the newest ones, under another salt.
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    pending.push([log.readUInt32BE(at), log.subarray(at + 24, at + 24 + size)]);
    if (log.readUInt32BE(at + 4) === 0) continue;
    for (const [number, page] of pending) committed.set(number, page);
    pending = [];
  }
  return committed;
}

function rootOf(pages: Pages, table: string): number {
  // sqlite_schema: type, name, tbl_name, rootpage, sql.
  for (const [type, name, , root] of rowsOf(pages, 1, "text")) {
    if (textOf(type) === "table" && textOf(name) === table && typeof root === "number") return root;
  }
  throw new Unreadable(`the SQLite file has no table ${table}`);
}

const textOf = (value: Value): string => (Buffer.isBuffer(value) ? value.toString("utf8") : "");

/** The records of a table's b-tree by its root; `text` keeps texts as bytes too, without it blobs alone are kept. */
function* rowsOf(pages: Pages, root: number, keep?: "text"): Generator<readonly Value[]> {
  const seen = new Set<number>();
  const waiting = [root];
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    // Each page stands at one place of a tree.
    if (seen.has(number)) throw new Unreadable("pages of the SQLite file point in a circle");
    seen.add(number);
    const page = pages.page(number);
    const start = number === 1 ? 100 : 0;
    const kind = page.readUInt8(start);
    if (kind === LEAF) for (const at of cellsOf(page, start, 8)) yield recordOf(payloadAt(pages, page, at), keep);
    else if (kind === INTERIOR) waiting.push(...childrenOf(page, start));
    else throw new Unreadable(`page ${number} of the SQLite file is of no table`);
  }
}

/** Where the cells of a page stand in it; their pointers follow its head. */
function cellsOf(page: Buffer, start: number, head: number): number[] {
  const count = page.readUInt16BE(start + 3);
  return Array.from({ length: count }, (_, cell) => page.readUInt16BE(start + head + 2 * cell));
}

/** The pages below an interior one, the last first, as a stack gives them back in order. */
function childrenOf(page: Buffer, start: number): number[] {
  const left = cellsOf(page, start, 12).map((at) => page.readUInt32BE(at));
  return [page.readUInt32BE(start + 8), ...left.reverse()];
}

/** The payload of a leaf's cell, with what of it spilled into overflow pages. */
function payloadAt(pages: Pages, page: Buffer, at: number): Buffer {
  const length = varint(page, at);
  const key = varint(page, length.end);
  const local = localBytes(length.value, pages.usable);
  const parts = [page.subarray(key.end, key.end + local)];
  let left = length.value - local;
  if (left > pages.bytes.length) throw new Unreadable("a row of the SQLite file is larger than the file");
  let next = left > 0 ? page.readUInt32BE(key.end + local) : 0;
  while (left > 0) {
    const overflow = pages.page(next);
    const part = overflow.subarray(4, 4 + Math.min(left, pages.usable - 4));
    parts.push(part);
    left -= part.length;
    next = overflow.readUInt32BE(0);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

/** How much of a payload is on its leaf ("B-tree Pages", section 1.6). */
function localBytes(length: number, usable: number): number {
  const most = usable - 35;
  if (length <= most) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

function recordOf(payload: Buffer, keep: "text" | undefined): readonly Value[] {
  const head = varint(payload, 0);
  const values: Value[] = [];
  let body = head.value;
  for (let at = head.end; at < head.value; ) {
    const serial = varint(payload, at);
    at = serial.end;
    const length = lengthOf(serial.value);
    const bytes = payload.subarray(body, body + length);
    if (bytes.length < length) throw new Unreadable("a row of the SQLite file ends too early");
    values.push(readValue(serial.value, bytes, keep));
    body += length;
  }
  return values;
}

/** Bytes of a value by its serial type ("Record Format", section 2.1). */
function lengthOf(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][serial] ?? 0;
}

function readValue(serial: number, bytes: Buffer, keep: "text" | undefined): Value {
  if (serial >= 12) return serial % 2 === 0 || keep === "text" ? bytes : undefined;
  if (serial >= 1 && serial <= 5) return bytes.readIntBE(0, bytes.length);
  if (serial === 8 || serial === 9) return serial - 8;
  return undefined;
}

/** A big-endian number of one to nine bytes; those that occur here fit into a double. */
function varint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes.readUInt8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(at + 8), end: at + 9 };
}
