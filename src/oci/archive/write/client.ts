import type { ManifestHead } from "../../content.ts";
import { type Digest, isDigest } from "../../digest.ts";
import { addManifest, type Catalogue } from "../../layout/catalogue.ts";
import { contentsOf } from "../../layout/contents.ts";
import { type BlobReads, type Reading, readingOf } from "../../layout/reading.ts";
import { checkBytes } from "../../layout/verify.ts";
import type { ManifestToPut, RegistryClient } from "../../registry-client.ts";
import { isDigestTag } from "../notes.ts";
import type { Archive } from "../open.ts";
import { sourceMethods } from "../source.ts";
import type { ArchiveFile } from "./archive-file.ts";

/** What an archive's client works on. */
export interface Desk {
  readonly name: string;
  readonly catalogue: Catalogue;
  readonly begin: () => Promise<ArchiveFile>;
  /** Undefined as long as nothing was written. */
  readonly begun: () => ArchiveFile | undefined;
  readonly readsNow: () => BlobReads;
  /** The archive that stood there before. */
  readonly old: Archive | undefined;
  readonly baseHas: (digest: Digest) => boolean;
  /** Told of an image that is up to date in the old archive. */
  readonly keep: (repository: string, reference: string, digest: Digest) => void;
  /** Told of one that is pushed nevertheless. */
  readonly replace: (repository: string, reference: string) => void;
}

/** An archive as a registry that images are copied to. Blobs belong to all of its repositories. */
export function clientOf(desk: Desk): RegistryClient {
  const { name, catalogue, old } = desk;
  const readingNow = (): Reading => readingOf(name, desk.readsNow(), () => catalogue);
  const isThere = (digest: Digest): boolean => desk.begun()?.blobs.has(digest) === true || desk.baseHas(digest);

  async function headManifest(repository: string, reference: string): Promise<ManifestHead | undefined> {
    const { resolve } = readingNow();
    const found = (await resolve(repository, reference)) ?? (await kept(repository, reference));
    return found && { digest: found.digest, mediaType: found.mediaType, size: found.size };
  }

  async function kept(repository: string, reference: string) {
    const found = await old?.resolve(repository, reference);
    if (found !== undefined && !isDigestTag(reference)) desk.keep(repository, reference, found.digest);
    return found;
  }

  async function putManifest(repository: string, reference: string, manifest: ManifestToPut) {
    const { bytes, mediaType, digest } = manifest;
    const descriptor = { mediaType, digest, size: bytes.length };
    checkBytes(bytes, descriptor, "the push");
    contentsOf(bytes, mediaType, `${repository}:${reference}`);
    // Also where the base has it: manifests are small, and tell whoever loads what is to be there.
    await (await desk.begin()).put(descriptor, async function* () {
      yield bytes;
    });
    desk.replace(repository, reference);
    addManifest(catalogue, repository, descriptor, isDigest(reference) ? [] : [reference]);
    return { subject: "listed" } as const;
  }

  return {
    name,
    ...sourceMethods(readingNow),
    headManifest,
    putManifest,
    readTag: async (repository, tag, signal) => {
      const { resolve, getManifest } = readingNow();
      const found = await resolve(repository, tag);
      return found && { manifest: await getManifest(repository, tag, signal), etag: undefined };
    },
    hasBlob: async (_repository, digest) => isThere(digest),
    mountBlob: async (_repository, digest) =>
      isThere(digest) ? { kind: "mounted" } : { kind: "refused", session: undefined },
    uploadBlob: async (repository, { digest, size, open, onBytes }, signal) => {
      const descriptor = { mediaType: "application/octet-stream", digest, size };
      const near = old?.blobs.get(digest) === size ? old : undefined;
      const into = await desk.begin();
      await into.put(descriptor, async () =>
        counted(
          near === undefined ? await open(signal, 0) : await near.openBlob(repository, descriptor, signal),
          onBytes,
        ),
      );
    },
    cancelUpload: async () => {},
    pullLimit: () => undefined,
    close: () => {},
  };
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  onBytes: ((count: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}
