/** What a pax header says of the entry that follows it (POSIX.1-2001). Other records do not matter here. */
export interface PaxRecords {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
}

/** Reads `length key=value` lines; undefined where they are not of that form. */
export function readPax(bytes: Buffer): PaxRecords | undefined {
  const records: { path?: string; linkpath?: string; size?: number } = {};
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
    const [key, value] = [line.slice(0, equals), line.slice(equals + 1)];
    if (key === "path" || key === "linkpath") records[key] = value;
    if (key === "size") {
      if (!/^\d{1,15}$/.test(value)) return undefined;
      records.size = Number(value);
    }
    at += length;
  }
  return records;
}

/** A record that names an entry. */
export function writePaxPath(path: string): Buffer {
  const rest = ` path=${path}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
  return Buffer.from(`${length}${rest}`);
}
