import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type Digest, digestOf } from "../../digest.ts";
import type { ByteFile } from "../../layout/byte-file.ts";
import { addManifest, emptyCatalogue } from "../../layout/catalogue.ts";
import { becameShorter } from "../../layout/failures.ts";
import { type FilePart, readPart } from "../../layout/file-part.ts";
import type { BlobReads } from "../../layout/reading.ts";
import { checkBytes } from "../../layout/verify.ts";
import type { Descriptor } from "../../manifest.ts";
import { MediaType } from "../../media-types.ts";
import { parseReference } from "../../reference.ts";
import { blobParts } from "../blob-parts.ts";
import type { Span } from "../entries.ts";
import { damaged, notAnArchive } from "../failures.ts";
import type { Piece } from "../piece.ts";
import { contentAt, type TarEntry } from "../tar/read-tar.ts";
import { entryFinder } from "./entries.ts";
import { type DockerImage, diffIdsOf, readManifestJson } from "./manifest-json.ts";

const LARGEST_JSON = 16 * 1024 * 1024;
const LAYER = "application/vnd.oci.image.layer.v1.tar";

interface DockerTar {
  readonly file: string;
  readonly handle: ByteFile;
  readonly entries: readonly TarEntry[];
  /** What the image is called, where that is known from elsewhere; otherwise the tar's own names hold. */
  readonly calls: string | undefined;
}

/**
 * Reads a tar in the form of `docker save`, of one or several images, as a layout. Layers that stand there without
 * compression are known by the config; others are read once for their digest. The manifest of an image is made here:
 * the same tar always has the same digests. Throws `Failed` (`archive/…`).
 */
export async function openDockerTar({ file, handle, entries, calls }: DockerTar): Promise<Piece> {
  const find = entryFinder(entries, file);
  const json = async (path: string): Promise<Buffer> => {
    const span = find(path);
    if (span.size > LARGEST_JSON) throw notAnArchive(file, `its ${path} has ${span.size} bytes`);
    return wholeAt(handle, span, file);
  };
  const parts = new Map<Digest, FilePart>();
  const made = new Map<Digest, Uint8Array>();
  const catalogue = emptyCatalogue();
  for (const image of readManifestJson((await json("manifest.json")).toString("utf8"), file)) {
    const config = await json(image.config);
    checkConfigName(image, config, file);
    const configSpan = find(image.config);
    parts.set(digestOf(config), { handle, name: file, ...configSpan });
    const diffIds = diffIdsOf(config, file);
    if (diffIds.length !== image.layers.length) {
      throw notAnArchive(file, `it has ${image.layers.length} layers of an image that has ${diffIds.length}`);
    }
    const layers: Descriptor[] = [];
    for (const [index, path] of image.layers.entries()) {
      const part = { handle, name: file, ...find(path) };
      const layer = await layerOf(part, diffIds[index] as Digest);
      parts.set(layer.digest, part);
      layers.push(layer);
    }
    const bytes = manifestOf({ mediaType: MediaType.ociConfig, digest: digestOf(config), size: config.length }, layers);
    const manifest = { mediaType: MediaType.ociManifest, digest: digestOf(bytes), size: bytes.length };
    made.set(manifest.digest, bytes);
    for (const name of calls === undefined ? image.tags : [calls]) {
      const { host, repository, tag } = parseReference(name);
      addManifest(catalogue, `${host}/${repository}`, manifest, [tag ?? "latest"]);
    }
    if (calls === undefined && image.tags.length === 0) addManifest(catalogue, "", manifest, []);
  }
  return {
    file,
    catalogue,
    blobs: new Map([
      ...[...parts].map(([digest, { size }]) => [digest, size] as const),
      ...[...made].map(([digest, bytes]) => [digest, bytes.length] as const),
    ]),
    reads: withMade(blobParts(parts, file), made),
    close: () => handle.close(),
  };
}

/** Both old and new dockers call the config by its digest. */
function checkConfigName({ config }: DockerImage, bytes: Buffer, file: string): void {
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1];
  if (hex === undefined) return;
  const digest = `sha256:${hex}` as Digest;
  if (digestOf(bytes) !== digest) throw damaged(file, digest, `its bytes hash to ${digestOf(bytes)}`);
}

async function layerOf(part: FilePart, diffId: Digest): Promise<Descriptor> {
  const head = await contentAt(part.handle, part.offset, Math.min(4, part.size));
  const compression = compressionOf(head);
  if (compression === "") return { mediaType: LAYER, digest: diffId, size: part.size };
  const hash = createHash("sha256");
  for await (const chunk of readPart(part)) hash.update(chunk as Buffer);
  return { mediaType: `${LAYER}${compression}`, digest: `sha256:${hash.digest("hex")}` as Digest, size: part.size };
}

function compressionOf(head: Buffer): "" | "+gzip" | "+zstd" {
  if (head[0] === 0x1f && head[1] === 0x8b) return "+gzip";
  return head.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])) ? "+zstd" : "";
}

function manifestOf(config: Descriptor, layers: readonly Descriptor[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociManifest, config, layers }));
}

/** The blobs of the file, and manifests that stand in no file. */
function withMade(inFile: BlobReads, made: ReadonlyMap<Digest, Uint8Array>): BlobReads {
  const whole = (blob: Descriptor): Uint8Array | undefined => {
    const bytes = made.get(blob.digest);
    if (bytes !== undefined) checkBytes(bytes, blob, "the archive");
    return bytes;
  };
  return {
    size: async (digest) => made.get(digest)?.length ?? inFile.size(digest),
    read: async (blob) => whole(blob) ?? inFile.read(blob),
    readIfThere: async (blob) => whole(blob) ?? inFile.readIfThere(blob),
    open: async (blob, signal) => {
      const bytes = whole(blob);
      return bytes === undefined ? inFile.open(blob, signal) : Readable.from([bytes]);
    },
    range: (digest, range) => {
      const bytes = made.get(digest);
      return bytes === undefined
        ? inFile.range(digest, range)
        : Readable.from([bytes.subarray(range.first, range.last + 1)]);
    },
  };
}

async function wholeAt(handle: ByteFile, { offset, size }: Span, file: string): Promise<Buffer> {
  const bytes = await contentAt(handle, offset, size);
  if (bytes.length < size) throw becameShorter(file);
  return bytes;
}
