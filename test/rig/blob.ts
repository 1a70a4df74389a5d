import { createCipheriv, createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync } from "node:zlib";

/** Content as a registry keeps it: in memory, or in a file where it is large. */
export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly content: Buffer | { readonly file: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A blob that is a file system layer. */
export interface Layer extends Blob {
  /** Digest of the tar without compression. */
  readonly diffId: string;
}

export const layerType = {
  oci: "application/vnd.oci.image.layer.v1.tar+gzip",
  docker: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  ociTar: "application/vnd.oci.image.layer.v1.tar",
} as const;

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Bytes that look random and are the same for the same seed. */
export function seededBytes(seed: string, size: number): Buffer {
  const key = createHash("sha256").update(seed).digest();
  return createCipheriv("aes-128-ctr", key.subarray(0, 16), key.subarray(16)).update(Buffer.alloc(size));
}

/** A number from 0 up to, not including, `below`; the same for the same seed. */
export function seededNumber(seed: string, below: number): number {
  return seededBytes(seed, 4).readUInt32LE() % below;
}

/** A gzipped tar with one file of `size` seeded bytes. */
export function seededLayer(seed: string, size: number): Layer {
  const tar = tarOf(`data/${seed.replace(/[^\w.-]+/g, "-")}`, seededBytes(seed, size));
  const content = gzipSync(tar, { level: 1 });
  return { mediaType: layerType.oci, digest: sha256(content), size: content.length, content, diffId: sha256(tar) };
}

/** A layer that stands in a file already: a tar, gzipped or not. */
export async function fileLayer(file: string, compression: "gzip" | "none"): Promise<Layer> {
  const digest = await hashOf(file, "none");
  return {
    mediaType: compression === "gzip" ? layerType.oci : layerType.ociTar,
    digest,
    size: (await stat(file)).size,
    content: { file },
    diffId: compression === "gzip" ? await hashOf(file, "gzip") : digest,
  };
}

/** What a manifest says of a blob. */
export function descriptorOf(blob: Blob) {
  const { mediaType, digest, size, annotations } = blob;
  return { mediaType, digest, size, ...(annotations === undefined ? {} : { annotations }) };
}

async function hashOf(file: string, compression: "gzip" | "none"): Promise<string> {
  const hash = createHash("sha256");
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  await (compression === "gzip"
    ? pipeline(source, createGunzip({ chunkSize: 1 << 20 }), hash)
    : pipeline(source, hash));
  return `sha256:${hash.digest("hex")}`;
}

/** POSIX ustar: one regular file, 0644, time 0. */
function tarOf(name: string, body: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  header.write(name.slice(-100), 0);
  header.write(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(body.length, 11)}\0${octal(0, 11)}\0`, 100);
  header.write(`        0`, 148);
  header.write("ustar\u000000", 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${octal(checksum, 6)}\0 `, 148);
  const padding = Buffer.alloc(((512 - (body.length % 512)) % 512) + 1024);
  return Buffer.concat([header, body, padding]);
}
