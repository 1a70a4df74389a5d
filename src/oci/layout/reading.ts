import type { Readable } from "node:stream";
import type { ImageSource } from "../content.ts";
import { type Digest, isDigest } from "../digest.ts";
import { type Descriptor, type Manifest, parseManifest } from "../manifest.ts";
import type { ByteRange } from "./blobs.ts";
import type { Catalogue } from "./catalogue.ts";
import { type Contents, rememberedContents } from "./contents.ts";
import { notFound } from "./failures.ts";

/**
 * An OCI image layout (image-spec, image-layout.md) as it is read, wherever it stands: in a folder, in a tar. It holds
 * any number of repositories. Manifests and tags belong to a repository, blobs to the layout: whoever knows a digest
 * reads it from any repository of it.
 */
export interface ReadableLayout extends ImageSource {
  /** The repositories, sorted. */
  repositories(): readonly string[];
  /** The tags of a repository, sorted; undefined where there is no such repository. */
  tags(repository: string): readonly string[] | undefined;
  /** The descriptor of a manifest by tag or digest; undefined where there is none. */
  resolve(repository: string, reference: string): Promise<Descriptor | undefined>;
  /** The bytes of a manifest, verified. Throws `Failed` (`oci/digest-mismatch`, `registry/not-found`). */
  readManifest(manifest: Descriptor): Promise<Uint8Array>;
  /** The manifests of a repository whose subject is this digest, as descriptors for a list of referrers. */
  referrers(repository: string, subject: Digest): Promise<readonly Descriptor[]>;
  /** The size of a blob in bytes; undefined where it is not there. */
  blobSize(digest: Digest): Promise<number | undefined>;
  /** Some of a blob's bytes, as they stand on disk: not verified. */
  readBlob(digest: Digest, range: ByteRange): Readable;
}

/** The blobs of a layout as they are read. */
export interface BlobReads {
  size(digest: Digest): Promise<number | undefined>;
  /** All bytes at once, verified: for manifests. */
  read(blob: Descriptor): Promise<Uint8Array>;
  readIfThere(blob: Descriptor): Promise<Uint8Array | undefined>;
  open(blob: Descriptor, signal: AbortSignal): Promise<Readable>;
  range(digest: Digest, range: ByteRange): Readable;
}

/** A layout over its blobs and what its index.json says now; with what whoever writes to it needs besides. */
export interface Reading extends ReadableLayout {
  readonly contents: ReturnType<typeof rememberedContents>;
  readonly manifestsOf: (repository: string, catalogue?: Catalogue) => Descriptor[];
  /** `resolve` by another catalogue than the one that holds now. */
  readonly resolveIn: (repository: string, reference: string, catalogue: Catalogue) => Promise<Descriptor | undefined>;
}

/** Reads a layout. `name` is a folder or file, for messages. */
export function readingOf(name: string, blobs: BlobReads, catalogueNow: () => Catalogue): Reading {
  const contents = rememberedContents(blobs.readIfThere, name);

  const manifestsOf = (repository: string, catalogue: Catalogue = catalogueNow()): Descriptor[] => [
    ...(catalogue.repositories.get(repository)?.manifests.values() ?? []),
  ];

  async function resolveIn(
    repository: string,
    reference: string,
    catalogue: Catalogue,
  ): Promise<Descriptor | undefined> {
    const found = catalogue.repositories.get(repository);
    const digest = isDigest(reference) ? reference : found?.tags.get(reference);
    if (found === undefined || digest === undefined) return undefined;
    return found.manifests.get(digest) ?? childOf(manifestsOf(repository, catalogue), digest);
  }

  /** Other tools list in index.json only what has a name: the children of an index are found below it. */
  async function childOf(parents: readonly Descriptor[], digest: Digest): Promise<Descriptor | undefined> {
    for (const parent of parents) {
      const children = (await contents.of(parent))?.manifests ?? [];
      const found = children.find((child) => child.digest === digest) ?? (await childOf(children, digest));
      if (found !== undefined && (await blobs.size(digest)) !== undefined) return found;
    }
    return undefined;
  }

  const resolve = (repository: string, reference: string) => resolveIn(repository, reference, catalogueNow());

  async function getManifest(repository: string, reference: string): Promise<Manifest> {
    const where = `${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
    const found = await resolve(repository, reference);
    if (found === undefined) throw notFound(where, name);
    return { ...parseManifest(await blobs.read(found), found.mediaType, where), digest: found.digest };
  }

  async function referrers(repository: string, subject: Digest): Promise<readonly Descriptor[]> {
    const found: Descriptor[] = [];
    for (const { mediaType, digest, size } of manifestsOf(repository)) {
      const said = await contents.of({ mediaType, digest, size });
      if (said?.subject === subject) found.push(listed({ mediaType, digest, size }, said));
    }
    return found;
  }

  return {
    name,
    repositories: () => [...catalogueNow().repositories.keys()].sort(),
    tags(repository) {
      const found = catalogueNow().repositories.get(repository);
      return found && [...found.tags.keys()].sort();
    },
    resolve,
    readManifest: blobs.read,
    getManifest,
    openBlob: (_repository, blob, signal) => blobs.open(blob, signal),
    referrers,
    blobSize: blobs.size,
    readBlob: blobs.range,
    contents,
    manifestsOf,
    resolveIn,
  };
}

/** As an index of referrers lists a manifest. */
function listed(manifest: Descriptor, { artifactType, annotations }: Contents): Descriptor {
  return { ...manifest, ...(artifactType && { artifactType }), ...(annotations && { annotations }) };
}
