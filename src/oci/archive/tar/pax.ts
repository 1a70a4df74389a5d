import { type TarHeader, textAt } from "./header.ts";

/** What is said of the entry that follows, by the keys of pax (POSIX.1-2001); GNU's long names too. */
export type PaxRecords = ReadonlyMap<string, string>;

export const NO_RECORDS: PaxRecords = new Map();

/** Whether an entry is none of its own but says something of the next one. */
export const isRecord = ({ type }: TarHeader): boolean => type === "x" || type === "g" || type === "L" || type === "K";

/** What the content of such an entry says; undefined where it is not of its form. */
export function recordsIn({ type }: TarHeader, content: Buffer): PaxRecords | undefined {
  if (type === "L") return new Map([["path", textAt(content, 0, content.length)]]);
  if (type === "K") return new Map([["linkpath", textAt(content, 0, content.length)]]);
  // A global header says things such as a comment: names and sizes that hold for several entries mean nothing.
  return type === "x" ? readPax(content) : NO_RECORDS;
}

/** The header of an entry with what was said of it before. */
export function withRecords(header: TarHeader, records: PaxRecords): TarHeader {
  if (records.size === 0) return header;
  const size = records.get("size");
  return {
    ...header,
    name: records.get("path") ?? header.name,
    linkName: records.get("linkpath") ?? header.linkName,
    size: size === undefined ? header.size : Number(size),
  };
}

/** Reads `length key=value` lines; undefined where they are not of that form. */
function readPax(bytes: Buffer): PaxRecords | undefined {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString("latin1", at, space));
    if (space === -1 || !Number.isSafeInteger(length) || length < space - at + 3 || at + length > bytes.length)
      return undefined;
    if (bytes[at + length - 1] !== 0x0a) return undefined;
    const line = bytes.toString("utf8", space + 1, at + length - 1);
    const equals = line.indexOf("=");
    if (equals < 1) return undefined;
    records.set(line.slice(0, equals), line.slice(equals + 1));
    at += length;
  }
  return /^\d{1,15}$/.test(records.get("size") ?? "0") ? records : undefined;
}

/** A record that names an entry. */
export function writePaxPath(path: string): Buffer {
  const rest = ` path=${path}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
  return Buffer.from(`${length}${rest}`);
}
