import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { addAbortSignal, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import { Failed } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import { verified } from "../layout/verify.ts";
import type { Descriptor } from "../manifest.ts";
import type { Entry } from "./entries.ts";
import type { ImageSpec } from "./spec.ts";

/** A layer whose digests are known. Its bytes are kept if they are few, and otherwise made again when asked for. */
export interface Layer {
  readonly descriptor: Descriptor;
  /** The digest of the tar inside (image-spec, config.md, `rootfs.diff_ids`). */
  readonly diffId: Digest;
  open(signal: AbortSignal): Readable;
}

/** How a layer is packed. */
export interface Packing {
  /** The image, for messages. */
  readonly image: string;
  readonly mediaType: string;
  readonly compression: NonNullable<ImageSpec["compression"]>;
}

const KEEP_BYTES = 4 * 1024 * 1024;
const EPOCH = new Date(0);
const OWNERS = { uid: 0, gid: 0, uname: "", gname: "", mtime: EPOCH } as const;

/** Packs entries into a gzipped tar once, to know its digests. Throws `Failed` (`oci/file-changed`). */
export async function layerOf(entries: readonly Entry[], packing: Packing, signal: AbortSignal): Promise<Layer> {
  const tarHash = createHash("sha256");
  const hash = createHash("sha256");
  let size = 0;
  let kept: Uint8Array[] | undefined = [];
  const tar = await tarOf(entries, packing.image);
  await pipeline(
    tar,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        tarHash.update(chunk);
        yield chunk;
      }
    },
    gzip(packing.compression),
    sameHeaderEverywhere,
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        if (size > KEEP_BYTES) kept = undefined;
        kept?.push(chunk);
      }
    },
    { signal },
  );
  const bytes = kept;
  const descriptor = { mediaType: packing.mediaType, digest: hashed(hash.digest("hex")), size };
  return {
    descriptor,
    diffId: hashed(tarHash.digest("hex")),
    open(openSignal) {
      if (bytes !== undefined) return Readable.from(bytes);
      return addAbortSignal(openSignal, packAgain(entries, descriptor, packing));
    },
  };
}

function packAgain(entries: readonly Entry[], descriptor: Descriptor, packing: Packing): Readable {
  async function* pack(): AsyncIterable<Uint8Array> {
    const compressed = gzip(packing.compression);
    const done = pipeline(await tarOf(entries, packing.image), compressed);
    // Its failure also ends `compressed`, and is thrown to the reader by the loop below.
    done.catch(() => {});
    yield* sameHeaderEverywhere(compressed);
    await done;
  }
  return verified(Readable.from(pack()), descriptor, () => changed(packing.image, "a file"));
}

async function tarOf(entries: readonly Entry[], image: string): Promise<Readable> {
  const { packTar } = await import("modern-tar/fs");
  return packTar(
    entries.map((entry) => {
      if (entry.kind === "folder") {
        return { type: "content", content: null, target: `${entry.path}/`, mode: 0o755, ...OWNERS } as const;
      }
      const { path: target, source, size, mode } = entry;
      if (typeof source !== "string") return { type: "content", content: source, target, mode, ...OWNERS } as const;
      if (size === 0) return { type: "content", content: null, target, mode, ...OWNERS } as const;
      const content = Readable.from(contentOf(source, size, image), { objectMode: false });
      return { type: "stream", content, size, target, mode, ...OWNERS } as const;
    }),
  );
}

/** Opens the file only when its turn comes. */
async function* contentOf(file: string, size: number, image: string): AsyncIterable<Uint8Array> {
  let read = 0;
  try {
    for await (const chunk of createReadStream(file, { end: size - 1, highWaterMark: 1024 * 1024 })) {
      read += (chunk as Uint8Array).length;
      yield chunk as Uint8Array;
    }
  } catch (cause) {
    throw changed(image, file, cause);
  }
  if (read !== size) throw changed(image, file);
}

/**
 * Run-length matching and Huffman codes are the same in every zlib. Other strategies look for matches by hash
 * chains, which builds tune for their processors: the bytes then differ between them.
 */
function gzip(compression: Packing["compression"]) {
  const portable = { strategy: constants.Z_RLE, level: 6 };
  return createGzip({ chunkSize: 64 * 1024, ...(compression === "portable" ? portable : { level: 6 }) });
}

/** Bytes 8 and 9 of the gzip header tell the effort and the operating system (RFC 1952): of no use, and varying. */
async function* sameHeaderEverywhere(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const UNKNOWN_SYSTEM = 255;
  let offset = 0;
  for await (const chunk of chunks) {
    if (offset <= 8 && offset + chunk.length > 8) chunk[8 - offset] = 0;
    if (offset <= 9 && offset + chunk.length > 9) chunk[9 - offset] = UNKNOWN_SYSTEM;
    offset += chunk.length;
    yield chunk;
  }
}

const hashed = (hex: string): Digest => `sha256:${hex}` as Digest;

function changed(image: string, file: string, cause?: unknown): Failed {
  return new Failed(
    {
      code: "oci/file-changed",
      class: "permanent",
      message: `While ${image} was made, ${file} of it changed`,
      hint: "Run again when nothing writes to its files",
    },
    { cause },
  );
}
