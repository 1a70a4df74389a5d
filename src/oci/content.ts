import type { Readable } from "node:stream";
import type { Digest } from "./digest.ts";
import type { Descriptor, Manifest } from "./manifest.ts";

/** Where images are read from: a registry, or a layout on disk. */
export interface ImageSource {
  /** For messages: a host, or a folder. */
  readonly name: string;
  /** A manifest by tag or digest. Throws `Failed` (`registry/not-found`) where there is none. */
  getManifest(repository: string, reference: string, signal: AbortSignal): Promise<Manifest>;
  /** A blob's bytes from the first to the last; the stream fails unless size and digest are what the descriptor says. */
  openBlob(repository: string, blob: Descriptor, signal: AbortSignal): Promise<Readable>;
  /** False for what it names and does not have, since whoever reads has it already; absent where it has all it names. */
  holds?(digest: Digest): boolean;
  /** The same from a byte on, where the source can begin there; all of the blob is verified nonetheless. */
  openBlobFrom?(repository: string, blob: Descriptor, from: number, signal: AbortSignal): Promise<Readable>;
  /** How long it takes to answer what costs it nothing, in milliseconds; undefined while that is not known. */
  roundTripMs?(): number | undefined;
}

/** What a registry's referrers API answers for one manifest. */
export type ReferrersAnswer =
  | { readonly kind: "listed"; readonly manifests: readonly Descriptor[] }
  /** `everywhere`: the registry has no such API; `here`: it may have it, but does not answer for this manifest. */
  | { readonly kind: "unsupported"; readonly where: "everywhere" | "here" };

/** A source whose manifests others may refer to: signatures, SBOMs, attestations. */
export interface ReferrerSource extends ImageSource {
  /** What a tag or digest stands at, or undefined. */
  headManifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
    purpose?: "pull" | "push",
  ): Promise<ManifestHead | undefined>;
  /** The manifests whose subject is this digest (distribution-spec, "Listing Referrers"). */
  listReferrers(repository: string, digest: Digest, signal: AbortSignal): Promise<ReferrersAnswer>;
  /** Tags of a repository, of at most so many pages; `more` where there are others. Throws `registry/not-found`. */
  firstTags(repository: string, pages: number, signal: AbortSignal): Promise<FirstTags>;
}

export interface FirstTags {
  readonly tags: readonly string[];
  readonly rest: "none" | "more";
}

/** What a HEAD of a manifest tells. */
export interface ManifestHead {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
}
