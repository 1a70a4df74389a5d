import { join } from "node:path";
import type { Digest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import type { ManifestToPut } from "../registry-client.ts";
import type { BlobWriter } from "./blob-writer.ts";
import { blobsIn } from "./blobs.ts";
import { addManifest, type Catalogue, removeManifest } from "./catalogue.ts";
import { type Collected, collectGarbage } from "./collect.ts";
import { type Contents, contentsOf } from "./contents.ts";
import { explained, missingContent } from "./failures.ts";
import { checkFolder, prepareFolder, uploadsIn } from "./folder.ts";
import { openIndexFile } from "./index-file.ts";
import { type ReadableLayout, readingOf } from "./reading.ts";
import { checkBytes } from "./verify.ts";

/** A layout in a folder, which can be written to. A write that has resolved survives a crash. */
export interface Layout extends ReadableLayout {
  readonly folder: string;
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
  /** Keeps a blob from being collected for the time of a push: whoever asked for it means to refer to it. */
  keepBlob(digest: Digest): Promise<"there" | "missing">;
  /** Removes blobs that nothing refers to and that nobody has written or asked for in the last hour. */
  collectGarbage(): Promise<Collected>;
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
  const reading = readingOf(folder, blobs, () => index.catalogue);
  const { contents, manifestsOf, resolveIn } = reading;
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
      if ((await resolveIn(repository, digest, catalogue)) === undefined) throw missingContent(repository, digest);
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

  const { name, repositories, tags, resolve, readManifest, getManifest, openBlob, referrers } = reading;
  return {
    name,
    folder,
    repositories,
    tags,
    resolve,
    readManifest,
    getManifest,
    openBlob,
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
    keepBlob: async (digest) => ((await blobs.touch(digest)) ? "there" : "missing"),
    // Nothing is added to the index meanwhile.
    collectGarbage: () =>
      index.change((catalogue) => collectGarbage({ catalogue, blobs, contents, now: (options.now ?? Date.now)() })),
  };
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
