import type { Transform } from "node:stream";
import zlib from "node:zlib";

const CHUNK = 256 * 1024;

/** Bytes that a stream of one kind begins with (RFC 1952, RFC 8878). */
const GZIP = [0x1f, 0x8b] as const;
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd] as const;

export interface Packed {
  readonly packing: "gzip" | "zstd" | "none";
  /** All of the bytes, those included that were looked at. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** How a layer is packed: told by its first bytes, since media types are not always right. */
export async function lookInto(blob: AsyncIterable<Uint8Array>): Promise<Packed> {
  const reading = blob[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let length = 0;
  while (length < ZSTD.length) {
    const { done, value } = await reading.next();
    if (done === true) break;
    seen.push(value);
    length += value.length;
  }
  return { packing: packingOf(Buffer.concat(seen)), chunks: continued(seen, reading) };
}

function packingOf(first: Buffer): Packed["packing"] {
  if (GZIP.every((byte, at) => first[at] === byte)) return "gzip";
  return ZSTD.every((byte, at) => first[at] === byte) ? "zstd" : "none";
}

async function* continued(seen: readonly Uint8Array[], reading: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* seen;
    for (;;) {
      const { done, value } = await reading.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await reading.return?.();
  }
}

/** What unpacks such a stream; undefined where this Node cannot: zstd came with 22.15. */
export function unpacker(packing: "gzip" | "zstd"): Transform | undefined {
  if (packing === "gzip") return zlib.createGunzip({ chunkSize: CHUNK });
  const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: { chunkSize: number }) => Transform };
  return createZstdDecompress?.({ chunkSize: CHUNK });
}
