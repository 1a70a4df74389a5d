import { createByteReader } from "./byte-reader.ts";
import { BLOCK, padded, readHeader, type TarHeader } from "./header.ts";
import { isRecord, NO_RECORDS, type PaxRecords, recordsIn, withRecords } from "./pax.ts";

/** One entry of a tar as it passes by. */
export interface PassingEntry {
  readonly header: TarHeader;
  readonly kind: "file" | "folder" | "symlink" | "hardlink" | "other";
  /** What else was said of it. */
  readonly records: PaxRecords;
  /** The bytes of a file; to be asked for before the next entry is. */
  readonly content: () => Promise<Buffer>;
}

const LARGEST_RECORD = 1024 * 1024;

/**
 * The entries of a tar that comes as a stream, each once it is there; what nobody asks for is passed over. The stream
 * is read to its last byte. Throws an `Error` whose message says what is wrong.
 */
export async function* readTarStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<PassingEntry> {
  const reader = createByteReader(chunks);
  const take = async (count: number): Promise<Buffer> => {
    const bytes = await reader.take(count);
    if (bytes.length < count) throw tooShort();
    return bytes;
  };
  let records = NO_RECORDS;
  for (let block = await reader.take(BLOCK); block.length > 0; block = await reader.take(BLOCK)) {
    if (block.length < BLOCK) throw tooShort();
    const found = readHeader(block);
    if (found === "end") break;
    if (found === "checksum") throw new Error("its tar has a broken header");
    if (found === "size") throw new Error("its tar has a file of an impossible size");
    if (isRecord(found)) {
      if (found.size > LARGEST_RECORD) throw new Error("its tar has a header larger than any can be");
      const said = recordsIn(found, (await take(padded(found.size))).subarray(0, found.size));
      if (said === undefined) throw new Error("its tar has a broken pax header");
      records = new Map([...records, ...said]);
      continue;
    }
    const header = withRecords(found, records);
    const kind = kindOf(header);
    // Of links and folders the size says nothing of what follows.
    const size = kind === "file" || kind === "other" ? header.size : 0;
    let left = padded(size);
    const content = async (): Promise<Buffer> => {
      const bytes = await take(left);
      left = 0;
      return bytes.subarray(0, size);
    };
    yield { header, kind, records, content };
    if ((await reader.skip(left)) < left) throw tooShort();
    records = NO_RECORDS;
  }
  await reader.skip(Number.POSITIVE_INFINITY);
}

const KINDS: Readonly<Record<string, PassingEntry["kind"]>> = {
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "folder",
};

function kindOf({ type, name }: TarHeader): PassingEntry["kind"] {
  const kind = KINDS[type] ?? "other";
  // Tars of before 1988 tell folders by the slash alone.
  return kind === "file" && name.endsWith("/") ? "folder" : kind;
}

const tooShort = (): Error => new Error("its tar ends too early");
