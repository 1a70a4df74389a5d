/** Everything in a tar is counted in blocks. */
export const BLOCK = 512;

/** How many bytes some content takes with what fills its last block. */
export const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** What a header says of its entry (POSIX.1-1988 ustar, and the extensions of GNU for long names and large sizes). */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** The type flag; `0` for a regular file, also where the oldest form leaves it empty. */
  readonly type: string;
  readonly linkName: string;
  /** Permissions with setuid 04000 and setgid 02000. */
  readonly mode: number;
}

/** Why a block is no header. */
export type BadHeader = "checksum" | "size";

const OCTAL_SIZE_LIMIT = 8 ** 11;
const ZEROS = Buffer.alloc(BLOCK);

/** The header of a regular file: readable by all, of no user, of no time, so that equal content is an equal tar. */
export function writeHeader({ name, size, type }: Pick<TarHeader, "name" | "size" | "type">): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a header`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write("0000644\x000000000\x000000000\x00", 100, "latin1");
  if (size < OCTAL_SIZE_LIMIT) header.write(`${size.toString(8).padStart(11, "0")}\x00`, 124, "latin1");
  else {
    // GNU's form for more than 8 GiB: a set first bit, then the number itself.
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write("00000000000\x00", 136, "latin1");
  header.write(type, 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write("0000000\x000000000\x00", 329, "latin1");
  header.write(`${checksumOf(header).toString(8).padStart(6, "0")}\x00 `, 148, "latin1");
  return header;
}

/** Reads a header; `end` for a block of zeros. */
export function readHeader(block: Buffer): TarHeader | BadHeader | "end" {
  if (block[0] === 0 && block.equals(ZEROS)) return "end";
  if (octal(block, 148, 8) !== checksumOf(block)) return "checksum";
  const size = numberAt(block, 124, 12);
  if (size === undefined) return "size";
  // GNU's own form uses the room of the prefix for other things.
  const prefix = block.toString("latin1", 257, 265) === "ustar\x0000" ? textAt(block, 345, 155) : "";
  const name = textAt(block, 0, 100);
  const flag = block.toString("latin1", 156, 157);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size,
    type: flag === "\x00" || flag === "7" ? "0" : flag,
    linkName: textAt(block, 157, 100),
    mode: (octal(block, 100, 8) ?? 0) & 0o7777,
  };
}

/** The sum of all bytes, those of the checksum itself taken for spaces. */
function checksumOf(block: Buffer): number {
  return 8 * 0x20 + sumOf(block, 0, 148) + sumOf(block, 156, BLOCK);
}

function sumOf(block: Buffer, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += block[at] ?? 0;
  return sum;
}

/** A text that ends with a zero byte or with its field. */
export function textAt(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end);
}

function numberAt(block: Buffer, at: number, length: number): number | undefined {
  if (((block[at] ?? 0) & 0x80) === 0) return octal(block, at, length);
  // The sign, and all but eight bytes, have to be empty: nothing is that large.
  if (block[at] !== 0x80 || block.subarray(at + 1, at + length - 8).some((byte) => byte !== 0)) return undefined;
  const value = block.readBigUInt64BE(at + length - 8);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function octal(block: Buffer, at: number, length: number): number | undefined {
  const text = textAt(block, at, length).trim();
  // What has no content needs no size.
  if (text === "") return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}
