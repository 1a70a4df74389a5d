import type { Readable, Transform } from "node:stream";
import * as zlib from "node:zlib";

const CHUNK = 256 * 1024;

/** Bytes that a stream of one kind begins with (RFC 1952, RFC 8878). */
const GZIP = [0x1f, 0x8b] as const;
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd] as const;

/** How a layer is packed: told by its first bytes, since media types are not always right. */
export async function packingOf(blob: Readable): Promise<"gzip" | "zstd" | "none"> {
  const first = await firstBytes(blob, ZSTD.length);
  if (GZIP.every((byte, at) => first[at] === byte)) return "gzip";
  return ZSTD.every((byte, at) => first[at] === byte) ? "zstd" : "none";
}

/** What unpacks such a stream; undefined where this Node cannot: zstd came with 22.15. */
export function unpacker(packing: "gzip" | "zstd"): Transform | undefined {
  if (packing === "gzip") return zlib.createGunzip({ chunkSize: CHUNK });
  const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: { chunkSize: number }) => Transform };
  return createZstdDecompress?.({ chunkSize: CHUNK });
}

/** Looks ahead: what was looked at is still read by whoever reads next. */
async function firstBytes(stream: Readable, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < count) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) {
      parts.push(chunk);
      length += chunk.length;
    } else if (stream.readableEnded || !(await isReadable(stream))) break;
  }
  const all = Buffer.concat(parts);
  if (all.length > 0) stream.unshift(all);
  return all.subarray(0, count);
}

/** Waits for more; false at the end. Rejects as the stream fails. */
function isReadable(stream: Readable): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => () => {
      stream.off("readable", readable).off("end", ended).off("error", failed);
      then();
    };
    const readable = settle(() => resolve(true));
    const ended = settle(() => resolve(false));
    const failed = (cause: Error): void => settle(() => reject(cause))();
    stream.once("readable", readable).once("end", ended).once("error", failed);
  });
}
