import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { hexOf } from "../../digest.ts";
import { explained } from "../../layout/failures.ts";
import type { ReadableLayout } from "../../layout/reading.ts";
import type { Descriptor, ImageManifest } from "../../manifest.ts";
import { MediaType } from "../../media-types.ts";
import { BLOCK, padded, writeHeader } from "../tar/header.ts";

export interface DockerTarRequest {
  readonly layout: ReadableLayout;
  readonly repository: string;
  readonly image: ImageManifest;
  /** What docker calls it then: `docker.io/library/mysql:8.0`; undefined for one that is known by digest alone. */
  readonly name: string | undefined;
  readonly file: string;
  readonly compression: "none" | "gzip";
  readonly signal: AbortSignal;
}

/**
 * Writes one image to a tar that `docker load`, `podman load`, `ctr images import` and `nerdctl load` read: in the form
 * of docker 25 and later, which is `docker save`'s and an OCI layout at once. Layers are written as they are, so the
 * image keeps its digest. The file is whole or not there.
 */
export async function writeDockerTar(request: DockerTarRequest): Promise<void> {
  const { file, compression, signal } = request;
  const partial = `${file}.partial`;
  const out = createWriteStream(partial);
  try {
    const bytes = bytesOf(request);
    if (compression === "gzip") await pipeline(bytes, createGzip(), out, { signal });
    else await pipeline(bytes, out, { signal });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw explained(error, dirname(file));
  }
}

async function* bytesOf({ layout, repository, image, name, signal }: DockerTarRequest): AsyncGenerator<Uint8Array> {
  const { bytes, digest, mediaType, config, layers } = image;
  yield* entry("oci-layout", JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  yield* entry("index.json", indexOf({ mediaType, digest, size: bytes.length }, name));
  yield* entry("manifest.json", manifestJson(image, name));
  yield* entry(pathOf({ digest }), bytes);
  const written = new Set([digest]);
  for (const blob of [config, ...layers]) {
    // An image may have the same layer twice.
    if (written.has(blob.digest)) continue;
    written.add(blob.digest);
    yield writeHeader({ name: pathOf(blob), size: blob.size, type: "0" });
    yield* (await layout.openBlob(repository, blob, signal)) as AsyncIterable<Uint8Array>;
    yield Buffer.alloc(padded(blob.size) - blob.size);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function* entry(name: string, content: string | Uint8Array): Generator<Uint8Array> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  yield writeHeader({ name, size: bytes.length, type: "0" });
  yield bytes;
  yield Buffer.alloc(padded(bytes.length) - bytes.length);
}

function indexOf(manifest: Descriptor, name: string | undefined): string {
  const annotations = { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name };
  const named = name === undefined ? manifest : { ...manifest, annotations };
  return JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [named] });
}

function manifestJson({ config, layers }: ImageManifest, name: string | undefined): string {
  return JSON.stringify([
    { Config: pathOf(config), RepoTags: name === undefined ? [] : [name], Layers: layers.map(pathOf) },
  ]);
}

const pathOf = ({ digest }: Pick<Descriptor, "digest">): string =>
  `blobs/${digest.slice(0, digest.indexOf(":"))}/${hexOf(digest)}`;
