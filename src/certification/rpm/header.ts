import { Unreadable, withinBytes } from "./unreadable.ts";

/** The tags that are read here, by their numbers in rpm's rpmtag.h. */
export const Tag = {
  signaturePgp: 259,
  signatureRsa: 268,
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  installTime: 1008,
  vendor: 1011,
  arch: 1022,
  fileFlags: 1037,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
} as const;

const TYPE = { int32: 4, string: 6, binary: 7, stringArray: 8, translated: 9 } as const;
const ENTRY_BYTES = 16;

/** A package's header as rpm keeps it: values by tag (rpm's "Package format", "Header structure"). */
export interface Header {
  /** Undefined where the header has no such tag; the first of several, as of translations. */
  readonly text: (tag: number) => string | undefined;
  readonly texts: (tag: number) => readonly string[];
  readonly numbers: (tag: number) => readonly number[];
  readonly bytes: (tag: number) => Buffer | undefined;
}

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** Reads a header blob without the magic that stands before it in package files. Throws `Unreadable`. */
export function readHeader(blob: Buffer): Header {
  const { entries, data } = withinBytes("a package's header", () => indexOf(blob));
  const found = (tag: number, ...types: readonly number[]): Entry | undefined => {
    const entry = entries.get(tag);
    if (entry !== undefined && !types.includes(entry.type)) {
      throw new Unreadable(`tag ${tag} of a package's header has type ${entry.type}`);
    }
    return entry;
  };
  const texts = (tag: number): readonly string[] => {
    const entry = found(tag, TYPE.string, TYPE.stringArray, TYPE.translated);
    return entry === undefined ? [] : textsAt(data, entry);
  };
  return {
    texts,
    text: (tag) => texts(tag)[0],
    numbers(tag) {
      const entry = found(tag, TYPE.int32);
      if (entry === undefined) return [];
      if (entry.offset + 4 * entry.count > data.length)
        throw new Unreadable("numbers of a package's header end too early");
      return Array.from({ length: entry.count }, (_, index) => data.readUInt32BE(entry.offset + 4 * index));
    },
    bytes(tag) {
      const entry = found(tag, TYPE.binary);
      return entry === undefined ? undefined : data.subarray(entry.offset, entry.offset + entry.count);
    },
  };
}

function indexOf(blob: Buffer): { readonly entries: ReadonlyMap<number, Entry>; readonly data: Buffer } {
  const count = blob.readUInt32BE(0);
  const start = 8 + count * ENTRY_BYTES;
  const data = blob.subarray(start, start + blob.readUInt32BE(4));
  if (count === 0 || data.length < blob.readUInt32BE(4)) throw new Unreadable("a package's header ends too early");
  const entries = new Map<number, Entry>();
  for (let at = 8; at < start; at += ENTRY_BYTES) {
    const entry = {
      type: blob.readUInt32BE(at + 4),
      offset: blob.readUInt32BE(at + 8),
      count: blob.readUInt32BE(at + 12),
    };
    // What was added at installation stands behind what the package came with, and counts.
    entries.set(blob.readUInt32BE(at), entry);
  }
  return { entries, data };
}

function textsAt(data: Buffer, { offset, count }: Entry): string[] {
  const texts: string[] = [];
  for (let at = offset; texts.length < count; ) {
    const end = data.indexOf(0, at);
    if (end === -1) throw new Unreadable("a text of a package's header has no end");
    texts.push(data.toString("utf8", at, end));
    at = end + 1;
  }
  return texts;
}
