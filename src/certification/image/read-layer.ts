import { addAbortSignal, type Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failed } from "../../failure/index.ts";
import { type Descriptor, type PassingEntry, readTarStream, shortDigest } from "../../oci/index.ts";
import { DATABASES, LOG, type PackageList, readDatabase } from "../rpm/database.ts";
import { lookInto, unpacker } from "./decompress.ts";
import type { Entry, Layer } from "./layer.ts";
import { cleanPath } from "./paths.ts";

/** `etc/os-release` and what it may be a link to. */
const TEXT = /^(?:etc|usr\/lib)\/(?:[^/]+\/)?os-release[^/]*$/;
const LARGEST_TEXT = 1024 * 1024;
/** Those of a whole RHEL workstation have some 150 MB. */
const LARGEST_DATABASE = 512 * 1024 * 1024;
const databases: ReadonlySet<string> = new Set(DATABASES.flatMap((path) => [path, `${path}${LOG}`]));

/**
 * Reads a layer through once and keeps the list of its files, the packages in rpm's databases and a few small texts.
 * Nothing is written. Throws `Failed`: `certification/layer-unreadable`, `certification/zstd`, and what the blob fails with.
 */
export async function readLayer(blob: Readable, descriptor: Descriptor, signal: AbortSignal): Promise<Layer> {
  let size = 0;
  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      size += chunk.length;
      yield chunk;
    }
  }
  const contents = new Map<string, Buffer>();
  const entries: Entry[] = [];
  const failures: unknown[] = [];
  const read = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    try {
      for await (const passing of readTarStream(chunks)) {
        const entry = entryOf(passing);
        entries.push(entry);
        if (isKept(entry)) contents.set(entry.path, await passing.content());
      }
    } catch (thrown) {
      failures.push(thrown);
      // Nobody is to wait for more of it.
      blob.destroy();
      throw thrown;
    }
  };
  addAbortSignal(signal, blob);
  try {
    const { packing, chunks } = await lookInto(blob);
    if (packing === "none") await pipeline(chunks, counted, read, { signal });
    else await pipeline(chunks, unpackerFor(packing, descriptor), counted, read, { signal });
  } catch (thrown) {
    blob.destroy();
    signal.throwIfAborted();
    failures.push(thrown);
    throw failures.find((one) => one instanceof Failed) ?? unreadable(descriptor, failures[0]);
  }
  return { entries, size, databases: databasesIn(contents), texts: textsIn(contents) };
}

function unpackerFor(packing: "gzip" | "zstd", descriptor: Descriptor): Transform {
  const unpack = unpacker(packing);
  if (unpack === undefined) throw noZstd(descriptor);
  return unpack;
}

function entryOf({ header, kind, records }: PassingEntry): Entry {
  const { name, mode, size, linkName: target } = header;
  const capabilities = records.has("SCHILY.xattr.security.capability") ? "some" : "none";
  return { path: cleanPath(name), kind, mode, size, target, capabilities };
}

function isKept({ path, kind, size }: Entry): boolean {
  if (kind !== "file") return false;
  return (TEXT.test(path) && size <= LARGEST_TEXT) || (databases.has(path) && size <= LARGEST_DATABASE);
}

function databasesIn(contents: ReadonlyMap<string, Buffer>): ReadonlyMap<string, PackageList> {
  const found = DATABASES.flatMap((path) => {
    const bytes = contents.get(path);
    return bytes === undefined ? [] : [[path, readDatabase(bytes, contents.get(`${path}${LOG}`))] as const];
  });
  return new Map(found);
}

const textsIn = (contents: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> =>
  new Map([...contents].filter(([path]) => TEXT.test(path)).map(([path, bytes]) => [path, bytes.toString("utf8")]));

function unreadable({ digest, mediaType }: Descriptor, cause: unknown): Failed {
  return new Failed(
    {
      code: "certification/layer-unreadable",
      class: "permanent",
      message: `Layer ${shortDigest(digest)} (${mediaType}) cannot be read: ${(cause as Error).message}`,
      hint: "Build and push the image again; checks read layers of tar, gzip and zstd",
    },
    { cause },
  );
}

function noZstd({ digest }: Descriptor): Failed {
  return new Failed({
    code: "certification/zstd",
    class: "permanent",
    message: `Layer ${shortDigest(digest)} is packed with zstd, which this version of Node cannot unpack`,
    hint: "Run mirror with Node 22.15 or newer, or push the image with gzip: buildah push --compression-format gzip",
  });
}
