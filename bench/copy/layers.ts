import { createCipheriv, createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Layer, layerType } from "../../test/rig/blob.ts";

const piece = 1 << 20;

/**
 * A gzipped layer of about `size` bytes in a file of `folder`, the same for the same seed. Its bytes look random and
 * are only wrapped, so that it is made fast; gzip it must be, or some tools compress it on the way. Nobody unpacks it.
 */
export async function writeLayer(folder: string, seed: string, size: number): Promise<Layer> {
  const file = join(folder, `${seed.replace(/[^\w.-]+/g, "-")}.gz`);
  const plain = tally();
  const packed = tally();
  const gzip = createGzip({ level: 0, chunkSize: piece });
  await pipeline(Readable.from(seededPieces(seed, size)), plain.through, gzip, packed.through, createWriteStream(file));
  return {
    mediaType: layerType.oci,
    digest: packed.digest(),
    size: packed.size(),
    content: { file },
    diffId: plain.digest(),
  };
}

function* seededPieces(seed: string, size: number): Generator<Buffer> {
  const key = createHash("sha256").update(seed).digest();
  const cipher = createCipheriv("aes-128-ctr", key.subarray(0, 16), key.subarray(16));
  const zeros = Buffer.alloc(Math.min(piece, size));
  for (let left = size; left > 0; left -= piece) yield cipher.update(zeros.subarray(0, Math.min(piece, left)));
}

/** Counts and hashes what passes. */
function tally() {
  const hash = createHash("sha256");
  let size = 0;
  const through = new Transform({
    readableHighWaterMark: piece,
    writableHighWaterMark: piece,
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  return { through, size: () => size, digest: () => `sha256:${hash.digest("hex")}` };
}
