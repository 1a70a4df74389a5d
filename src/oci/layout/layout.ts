import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ImageSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import { isDigest } from "../digest.ts";
import { type Descriptor, type Manifest, parseManifest } from "../manifest.ts";
import type { ManifestToPut } from "../registry-client.ts";
import type { BlobWriter } from "./blob-writer.ts";
import { type ByteRange, blobsIn } from "./blobs.ts";
import { addManifest, type Catalogue, removeManifest } from "./catalogue.ts";
import { type Contents, contentsOf, rememberedContents } from "./contents.ts";
import { explained, missingContent, notFound } from "./failures.ts";
import { checkFolder, prepareFolder, uploadsIn } from "./folder.ts";
import { openIndexFile } from "./index-file.ts";
import { checkBytes } from "./verify.ts";

/**
 * An OCI image layout in a folder (image-spec, image-layout.md) that holds any number of repositories.
 * Manifests and tags belong to a repository, blobs to the layout: whoever knows a digest reads it from any
 * repository of it. A write that has resolved survives a crash.
 */
export interface Layout extends ImageSource {
  readonly folder: string;
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
  /** Starts a blob whose digest is known only at its end. */
  startBlob(algorithm?: "sha256" | "sha512"): Promise<BlobWriter>;
  /** Stores a blob. Throws `Failed` (`oci/digest-mismatch`) where the bytes are not what the descriptor says. */
  putBlob(blob: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Stores a manifest in a repository and moves the tags to it. Throws `Failed`: `oci/missing-content` where a
   * blob or child of it is not there yet, `oci/bad-manifest`, `oci/digest-mismatch`.
   */
  putManifest(repository: string, manifest: ManifestToPut, tags: readonly string[]): Promise<Contents>;
  /** Removes a tag, not its manifest; false where it is not there. */
  deleteTag(repository: string, tag: string): Promise<boolean>;
  /** Removes a manifest and its tags from a repository; false where it is not there. */
  deleteManifest(repository: string, digest: Digest): Promise<boolean>;
  /** Removes a blob, unless a manifest of any repository needs it. */
  deleteBlob(digest: Digest): Promise<"deleted" | "missing" | "needed">;
}

/**
 * Opens the layout in a folder. A folder that does not exist or is empty is an empty layout, and nothing is written
 * before the first write to it; then half-written files of a crash are removed once they are an hour old.
 * Throws `Failed`: `oci/not-a-layout`, `oci/bad-layout`.
 */
export async function openLayout(folder: string, options: { readonly now?: () => number } = {}): Promise<Layout> {
  await checkFolder(folder);
  const uploads = uploadsIn(folder);
  const blobs = blobsIn(folder, uploads);
  const index = await openIndexFile(join(folder, "index.json"), uploads);
  const contents = rememberedContents(blobs.readIfThere, folder);
  let prepared: Promise<void> | undefined;

  /** Before every write; where it fails, the next write tries again. */
  function ready(): Promise<void> {
    prepared ??= prepareFolder(folder, (options.now ?? Date.now)())
      .then(() => index.change(() => {}))
      .catch((error: unknown) => {
        prepared = undefined;
        throw explained(error, folder);
      });
    return prepared;
  }

  const manifestsOf = (repository: string, catalogue: Catalogue = index.catalogue): Descriptor[] => [
    ...(catalogue.repositories.get(repository)?.manifests.values() ?? []),
  ];

  async function resolve(
    repository: string,
    reference: string,
    catalogue: Catalogue = index.catalogue,
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

  async function getManifest(repository: string, reference: string): Promise<Manifest> {
    const where = `${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
    const found = await resolve(repository, reference);
    if (found === undefined) throw notFound(where, folder);
    return { ...parseManifest(await blobs.read(found), found.mediaType, where), digest: found.digest };
  }

  async function referrers(repository: string, subject: Digest): Promise<readonly Descriptor[]> {
    const found: Descriptor[] = [];
    for (const { mediaType, digest, size } of manifestsOf(repository)) {
      const said = await contents.of({ mediaType, digest, size });
      if (said?.subject !== subject) continue;
      const { artifactType, annotations } = said;
      found.push({
        mediaType,
        digest,
        size,
        ...(artifactType && { artifactType }),
        ...(annotations && { annotations }),
      });
    }
    return found;
  }

  async function putManifest(repository: string, manifest: ManifestToPut, tags: readonly string[]): Promise<Contents> {
    const { bytes, mediaType, digest } = manifest;
    const read = contentsOf(bytes, mediaType, `${repository}:${tags[0] ?? digest}`);
    const descriptor = { mediaType, digest, size: bytes.length };
    checkBytes(bytes, descriptor, "the push");
    await checkWhole(repository, read, index.catalogue);
    await ready();
    if ((await blobs.size(digest)) !== bytes.length) await blobs.put(descriptor, oneChunk(bytes));
    await index.change(async (catalogue) => {
      // Once more, since something may have been deleted meanwhile; from here on nothing can be.
      await checkWhole(repository, { ...read, blobs: [...read.blobs, descriptor] }, catalogue);
      addManifest(catalogue, repository, descriptor, tags);
    });
    contents.remember(digest, read);
    return read;
  }

  async function checkWhole(repository: string, needs: Contents, catalogue: Catalogue): Promise<void> {
    for (const { digest } of needs.manifests) {
      if ((await resolve(repository, digest, catalogue)) === undefined) throw missingContent(repository, digest);
    }
    for (const { digest } of needs.blobs) {
      if ((await blobs.size(digest)) === undefined) throw missingContent(repository, digest);
    }
  }

  function deleteBlob(digest: Digest): Promise<"deleted" | "missing" | "needed"> {
    return index.change(async (catalogue) => {
      if ((await blobs.size(digest)) === undefined) return "missing";
      for (const repository of catalogue.repositories.keys()) {
        for (const manifest of manifestsOf(repository, catalogue)) {
          if (manifest.digest === digest || (await contents.needs(manifest, digest))) return "needed";
        }
      }
      await blobs.remove(digest);
      return "deleted";
    });
  }

  return {
    name: folder,
    folder,
    repositories: () => [...index.catalogue.repositories.keys()].sort(),
    tags(repository) {
      const found = index.catalogue.repositories.get(repository);
      return found && [...found.tags.keys()].sort();
    },
    resolve: (repository, reference) => resolve(repository, reference),
    readManifest: blobs.read,
    getManifest,
    openBlob: (_repository, blob, signal) => blobs.open(blob, signal),
    referrers,
    blobSize: blobs.size,
    readBlob: blobs.range,
    startBlob: (algorithm = "sha256") => ready().then(() => blobs.start(algorithm)),
    putBlob: (blob, content) => ready().then(() => blobs.put(blob, content)),
    putManifest,
    deleteTag: (repository, tag) =>
      index.change((catalogue) => catalogue.repositories.get(repository)?.tags.delete(tag) ?? false),
    deleteManifest: (repository, digest) => index.change((catalogue) => removeManifest(catalogue, repository, digest)),
    deleteBlob,
  };
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
