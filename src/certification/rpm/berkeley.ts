import { Unreadable, withinBytes } from "./unreadable.ts";

/**
 * Reads the values of a Berkeley DB hash file (versions 8 to 10, either byte order), which rpm up to 4.15 keeps its
 * packages in: RHEL and UBI 8 and before. Its layout is that of db_page.h of Berkeley DB 4 and 5.
 */

const HASH_MAGIC = 0x061561;
const HEAD = 26;
const PAGE = { hashUnsorted: 2, overflow: 7, hash: 13 } as const;
const ITEM = { keyData: 1, offPage: 3 } as const;

interface File {
  readonly bytes: Buffer;
  readonly pageSize: number;
  readonly u16: (bytes: Buffer, at: number) => number;
  readonly u32: (bytes: Buffer, at: number) => number;
}

export const isBerkeley = (bytes: Buffer): boolean => byteOrder(bytes) !== undefined;

/** The values of all pairs whose key is not 0, under which rpm counts. Throws `Unreadable`. */
export function berkeleyValues(bytes: Buffer): readonly Buffer[] {
  return withinBytes("the Berkeley DB file", () => {
    const file = open(bytes);
    const values: Buffer[] = [];
    for (let at = file.pageSize; at + file.pageSize <= bytes.length; at += file.pageSize) {
      const page = bytes.subarray(at, at + file.pageSize);
      const kind = page.readUInt8(25);
      if (kind === PAGE.hash || kind === PAGE.hashUnsorted) values.push(...pairsOf(file, page));
    }
    return values;
  });
}

function open(bytes: Buffer): File {
  const order = byteOrder(bytes);
  if (order === undefined) throw new Unreadable("it is no Berkeley DB hash file");
  const u16 = order === "little" ? (from: Buffer, at: number) => from.readUInt16LE(at) : readUInt16BE;
  const u32 = order === "little" ? (from: Buffer, at: number) => from.readUInt32LE(at) : readUInt32BE;
  const pageSize = u32(bytes, 20);
  if (pageSize < 512 || pageSize > 65_536) throw new Unreadable("the Berkeley DB file has no page size");
  if (bytes.readUInt8(24) !== 0) throw new Unreadable("the Berkeley DB file is encrypted");
  return { bytes, pageSize, u16, u32 };
}

const readUInt16BE = (from: Buffer, at: number): number => from.readUInt16BE(at);
const readUInt32BE = (from: Buffer, at: number): number => from.readUInt32BE(at);

function byteOrder(bytes: Buffer): "little" | "big" | undefined {
  if (bytes.length < 512) return undefined;
  if (bytes.readUInt32LE(12) === HASH_MAGIC) return "little";
  return bytes.readUInt32BE(12) === HASH_MAGIC ? "big" : undefined;
}

/** Items of a page come in pairs, a key and a value, filled from the end of the page backwards. */
function pairsOf(file: File, page: Buffer): Buffer[] {
  const count = file.u16(page, 20);
  const item = (index: number): Buffer => {
    const start = file.u16(page, HEAD + 2 * index);
    return page.subarray(start, index === 0 ? page.length : file.u16(page, HEAD + 2 * (index - 1)));
  };
  const values: Buffer[] = [];
  for (let index = 0; index + 1 < count; index += 2) {
    if (isCounter(item(index))) continue;
    const value = item(index + 1);
    const kind = value.readUInt8(0);
    if (kind === ITEM.keyData) values.push(value.subarray(1));
    else if (kind === ITEM.offPage) values.push(overflowOf(file, file.u32(value, 4), file.u32(value, 8)));
  }
  return values;
}

const isCounter = (key: Buffer): boolean =>
  key.readUInt8(0) === ITEM.keyData && key.length === 5 && key.subarray(1).every((byte) => byte === 0);

function overflowOf(file: File, first: number, length: number): Buffer {
  if (length > file.bytes.length) throw new Unreadable("a value of the Berkeley DB file is larger than the file");
  const parts: Buffer[] = [];
  let left = length;
  for (let number = first; left > 0; ) {
    const page = file.bytes.subarray(number * file.pageSize, (number + 1) * file.pageSize);
    const used = file.u16(page, 22);
    if (page.readUInt8(25) !== PAGE.overflow || used === 0) {
      throw new Unreadable(`page ${number} of the Berkeley DB file is not of the value it should be of`);
    }
    parts.push(page.subarray(HEAD, HEAD + Math.min(used, left)));
    left -= used;
    number = file.u32(page, 16);
  }
  return Buffer.concat(parts);
}
