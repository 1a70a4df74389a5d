import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ReadableStream } from "node:stream/web";
import type { TarHeader } from "modern-tar";
import { Failed } from "../../failure/index.ts";
import { type Descriptor, shortDigest } from "../../oci/index.ts";
import { DATABASES, LOG, type PackageList, readDatabase } from "../rpm/database.ts";
import { packingOf, unpacker } from "./decompress.ts";
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
  const read = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const { header, body } of await tarOf(chunks)) {
      const entry = entryOf(header);
      entries.push(entry);
      if (isKept(entry)) contents.set(entry.path, await contentOf(body));
      else await body.cancel();
    }
  };
  try {
    const unpack = await unpackerFor(blob, descriptor);
    if (unpack === undefined) await pipeline(blob, counted, read, { signal });
    else await pipeline(blob, unpack, counted, read, { signal });
  } catch (thrown) {
    blob.destroy();
    throw thrown instanceof Failed || signal.aborted ? thrown : unreadable(descriptor, thrown);
  }
  return { entries, size, databases: databasesIn(contents), texts: textsIn(contents) };
}

async function unpackerFor(blob: Readable, descriptor: Descriptor) {
  const packing = await packingOf(blob);
  if (packing === "none") return undefined;
  const unpack = unpacker(packing);
  if (unpack === undefined) throw noZstd(descriptor);
  return unpack;
}

async function tarOf(chunks: AsyncIterable<Uint8Array>) {
  const { createTarDecoder } = await import("modern-tar");
  return ReadableStream.from(chunks).pipeThrough(createTarDecoder({ strict: true }));
}

const KINDS: Readonly<Record<string, Entry["kind"]>> = {
  file: "file",
  directory: "folder",
  symlink: "symlink",
  link: "hardlink",
};

function entryOf({ name, type = "file", mode = 0, size, linkname = "", pax = {} }: TarHeader): Entry {
  return {
    path: cleanPath(name),
    kind: KINDS[type] ?? "other",
    mode,
    size,
    target: linkname,
    capabilities: "SCHILY.xattr.security.capability" in pax ? "some" : "none",
  };
}

function isKept({ path, kind, size }: Entry): boolean {
  if (kind !== "file") return false;
  return (TEXT.test(path) && size <= LARGEST_TEXT) || (databases.has(path) && size <= LARGEST_DATABASE);
}

async function contentOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  // What a chunk is a view of may be written anew for the next one.
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
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
