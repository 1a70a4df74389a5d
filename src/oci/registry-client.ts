import type { Readable } from "node:stream";
import type { PullLimit } from "./client/pull-limit.ts";
import type { ManifestHead, ReferrerSource } from "./content.ts";
import type { Digest } from "./digest.ts";
import type { Manifest } from "./manifest.ts";

/** A manifest as it is pushed: the very bytes, the media type they are pushed under, and their digest. */
export interface ManifestToPut {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

/** A blob as it is pushed. */
export interface BlobToPut {
  readonly digest: Digest;
  readonly size: number;
  /** The bytes from `from` to the last: called at the start, and again where an upload has to go on or start anew. */
  readonly open: (signal: AbortSignal, from: number) => Promise<Readable>;
  /** Told of bytes as they go out; and, negative, of those that were lost on the way. */
  readonly onBytes?: (count: number) => void;
  /** Told of the session before bytes go into it: another process may go on there. */
  readonly onSession?: (session: UploadSession) => void;
}

/** An upload that a registry has opened and that waits for its bytes. */
export interface UploadSession {
  readonly repository: string;
  readonly url: URL;
  /** Where the URL's name may lead: a public registry refers nobody into a private network. */
  readonly addresses: "any" | "public";
  /** The least length of a chunk, where the registry names one. */
  readonly shortestChunk?: number | undefined;
  /** `unknown` where an earlier process opened it: the registry is then asked. Otherwise it has none. */
  readonly received?: "none" | "unknown";
}

/** `mounted`: the blob is there. Otherwise the session that the registry opened instead, where it opened one. */
export type MountResult =
  | { readonly kind: "mounted" }
  | { readonly kind: "refused"; readonly session: UploadSession | undefined };

/** Whether the registry said that it lists a manifest with its subject (distribution-spec, `OCI-Subject`). */
export interface PutAnswer {
  readonly subject: "listed" | "unsaid";
}

/** A place that images come from: a registry, or an archive that stands in for one. */
export interface RegistrySource extends ReferrerSource {
  /** All tags of a repository, in the registry's order. Throws `registry/not-found`. */
  listTags(repository: string, signal: AbortSignal): Promise<string[]>;

  /** How many more pulls it allows, where its answers so far have told: Docker Hub does, with every manifest. */
  pullLimit(): PullLimit | undefined;
}

/** A registry as a source and as a target. Every method throws `Failed` with a code `registry/…`. */
export interface RegistryClient extends RegistrySource {
  /** The host as references write it. */
  readonly name: string;

  /**
   * What a tag or digest stands at, or undefined where there is no such manifest or repository. One HEAD as a rule.
   * `push` says that something will be pushed there next: one token then does for all of it.
   */
  headManifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
    purpose?: "pull" | "push",
  ): Promise<ManifestHead | undefined>;

  /**
   * Pushes a manifest under a tag or its digest; with `ifMatch`, only while the tag stands at what had that ETag.
   * Throws `registry/immutable-tag`, `registry/blob-unknown`, `registry/tag-moved`.
   */
  putManifest(
    repository: string,
    reference: string,
    manifest: ManifestToPut,
    signal: AbortSignal,
    ifMatch?: string,
  ): Promise<PutAnswer>;

  /** What a tag stands at in a repository that is pushed to, with its ETag where the registry gives one. */
  readTag(
    repository: string,
    tag: string,
    signal: AbortSignal,
  ): Promise<{ readonly manifest: Manifest; readonly etag: string | undefined } | undefined>;

  hasBlob(repository: string, digest: Digest, signal: AbortSignal): Promise<boolean>;

  /**
   * Pushes a blob: one POST (none where a session is given) and one streaming PUT. Where that breaks off, it goes on
   * where the registry says it stopped, if that is plausible; chunks are sent where whole bodies are refused. What
   * cannot go on is given up and fails: whoever calls it tries again.
   */
  uploadBlob(repository: string, blob: BlobToPut, signal: AbortSignal, session?: UploadSession): Promise<void>;

  /** Asks for a blob that the registry holds in another of its repositories. */
  mountBlob(repository: string, digest: Digest, from: string, signal: AbortSignal): Promise<MountResult>;

  /** Gives an upload up, so that the registry need not keep it. Never throws: registries clean up by themselves too. */
  cancelUpload(session: UploadSession): Promise<void>;

  /** Told how many requests are about to come: a server is connected to meanwhile. Never throws. */
  expect?(requests: number): void;

  /** Closes idle connections. */
  close(): void;
}
