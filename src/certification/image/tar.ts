import { createByteReader } from "./byte-reader.ts";

/** A header of a tar (POSIX.1-2001 pax, with GNU's long names), as far as a list of files needs it. */
export interface TarHeader {
  readonly name: string;
  readonly kind: "file" | "folder" | "symlink" | "hardlink" | "other";
  /** Permissions with setuid 04000 and setgid 02000. */
  readonly mode: number;
  readonly size: number;
  readonly target: string;
  /** Extended records of this entry. */
  readonly records: ReadonlyMap<string, string>;
}

export interface TarEntry {
  readonly header: TarHeader;
  /** The bytes of a file; to be asked for before the next entry is. */
  readonly content: () => Promise<Buffer>;
}

const BLOCK = 512;
const LARGEST_META = 1024 * 1024;
const KINDS: Readonly<Record<string, TarHeader["kind"]>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "folder",
};

/** The entries of a tar, read to the last byte behind them. Throws an `Error` whose message says what is wrong. */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = createByteReader(chunks);
  let next = new Map<string, string>();
  for (let block = await reader.take(BLOCK); block.length > 0; block = await reader.take(BLOCK)) {
    if (isZero(block)) break;
    const raw = parse(block);
    const padded = Math.ceil(raw.size / BLOCK) * BLOCK;
    if (META.has(raw.type)) {
      if (raw.size > LARGEST_META) throw new Error("its tar has a header larger than any can be");
      const body = whole(await reader.take(padded), padded).subarray(0, raw.size);
      for (const [key, value] of metaOf(raw.type, body)) next.set(key, value);
      continue;
    }
    const header = withRecords(raw, next);
    const stored = header.kind === "file" || header.kind === "other" ? header.size : 0;
    let left = Math.ceil(stored / BLOCK) * BLOCK;
    const content = async (): Promise<Buffer> => {
      const bytes = whole(await reader.take(left), left).subarray(0, stored);
      left = 0;
      return bytes;
    };
    yield { header, content };
    if ((await reader.skip(left)) < left) throw tooShort();
    next = new Map();
  }
  await reader.skip(Number.POSITIVE_INFINITY);
}

interface Raw extends Omit<TarHeader, "records" | "kind"> {
  readonly type: string;
}

function parse(block: Buffer): Raw {
  if (block.length < BLOCK) throw tooShort();
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (sum !== numberAt(block, 148, 8)) throw new Error("its tar has a broken header");
  const name = textAt(block, 0, 100);
  // GNU's own form, with blanks behind "ustar", keeps dates where others keep the start of a name.
  const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? textAt(block, 345, 155) : "";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block.readUInt8(156)),
    mode: numberAt(block, 100, 8) & 0o7777,
    size: numberAt(block, 124, 12),
    target: textAt(block, 157, 100),
  };
}

/** Entries that say something of the next one. What holds for all (`g`) is a comment of git's in practice. */
const META: ReadonlySet<string> = new Set(["x", "g", "L", "K"]);

function metaOf(type: string, body: Buffer): Iterable<readonly [string, string]> {
  if (type === "L") return [["path", textAt(body, 0, body.length)]];
  if (type === "K") return [["linkpath", textAt(body, 0, body.length)]];
  return type === "x" ? recordsOf(body) : [];
}

/** `LENGTH KEY=VALUE\n`, the length in bytes of the whole record; values may be of any bytes. */
function* recordsOf(body: Buffer): Generator<readonly [string, string]> {
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at);
    const length = Number.parseInt(body.toString("latin1", at, blank), 10);
    if (blank === -1 || !(length > 0) || at + length > body.length) throw new Error("its tar has a broken pax header");
    const equals = body.indexOf(0x3d, blank);
    yield [body.toString("utf8", blank + 1, equals), body.toString("utf8", equals + 1, at + length - 1)];
    at += length;
  }
}

function withRecords({ type, ...raw }: Raw, records: ReadonlyMap<string, string>): TarHeader {
  const name = records.get("path") ?? raw.name;
  const kind = KINDS[type] ?? "other";
  const written = records.get("size");
  const size = written === undefined ? raw.size : Number(written);
  if (!Number.isSafeInteger(size) || size < 0) throw new Error("its tar has a file of an impossible size");
  return {
    ...raw,
    name,
    // Tars of before 1988 tell folders by the slash alone.
    kind: kind === "file" && name.endsWith("/") ? "folder" : kind,
    size,
    target: records.get("linkpath") ?? raw.target,
    records,
  };
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}

/** Octal digits, or, with the first bit set, a big-endian number (GNU). */
function numberAt(bytes: Buffer, start: number, length: number): number {
  const field = bytes.subarray(start, start + length);
  if ((field.readUInt8(0) & 0x80) !== 0) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  const text = field.toString("latin1").replace(/\0.*$/s, "").trim();
  const number = text === "" ? 0 : Number.parseInt(text, 8);
  if (!Number.isSafeInteger(number)) throw new Error("its tar has a broken header");
  return number;
}

const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);

function whole(bytes: Buffer, length: number): Buffer {
  if (bytes.length < length) throw tooShort();
  return bytes;
}

const tooShort = (): Error => new Error("its tar ends too early");
