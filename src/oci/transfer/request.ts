import type { Failure } from "../../failure/index.ts";
import type { ImageSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import type { Platform } from "../platform.ts";
import type { ReferrerCounts } from "../referrers/index.ts";
import type { RegistryClient } from "../registry-client.ts";
import type { Takers } from "./spool.ts";

/** One image to be copied: from where, to where, how much of it. */
export interface CopyRequest {
  readonly from: { readonly source: ImageSource; readonly repository: string; readonly digest: Digest };
  readonly to: {
    readonly registry: RegistryClient;
    readonly repository: string;
    /** Undefined: it is pushed by digest alone. */
    readonly tag: string | undefined;
  };
  /** Which registries the run brings the image to, where its source is far: for several it is read once. */
  readonly takers?: Takers;
  /** Repositories of the target's registry that may have what the source leaves out. */
  readonly elsewhere?: () => readonly string[];
  /** Chosen platforms trim an index: it gets a digest of its own. */
  readonly platforms: "all" | readonly Platform[];
  /**
   * What becomes of an index of which only some platforms are wanted: `trimmed` (by itself) makes one of its own;
   * `sparse` leaves it as it is, with its digest and what is signed, and leaves the other platforms' images behind.
   * Archives hold such indexes, registries as a rule do not.
   */
  readonly indexes?: "trimmed" | "sparse";
  /**
   * Layers that are had from elsewhere (by a URL, or of a type that may not be distributed): `skip` (by itself) leaves
   * them there; `copy` sends them too, also where the image is up to date without them.
   */
  readonly foreignLayers?: "skip" | "copy";
  /** Where tags are immutable, one that stands at another digest is a conflict and is never moved. */
  readonly tags: "mutable" | "immutable";
  /**
   * What refers to the image (signatures, SBOMs, attestations) and where the source can have such: `copy` brings it
   * along, `require` fails where there is no signature, `ignore` (by itself) does not look.
   */
  readonly signatures?: "copy" | "require" | "ignore";
  /**
   * When it is looked for: `on-copy` (by itself) where the image is copied, and under `require` also where the target
   * turns out to hold no signature; `always` also where the image is up to date.
   */
  readonly look?: "on-copy" | "always";
  /** Bytes of blobs that are there, of all that must be; called as they move, and at most about 200 times. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly totalBytes: number }) => void;
  /** Aborted on the first interrupt: blobs in flight are dropped, but manifests that are being pushed are finished. */
  readonly stopping: AbortSignal;
  /** Aborted on the second: everything is dropped. */
  readonly killed: AbortSignal;
}

export interface CopyResult {
  /** What the tag stands at now. */
  readonly digest: Digest;
  /** What was asked for; another one than `digest` where the index was trimmed. */
  readonly sourceDigest: Digest;
  readonly mediaType: string;
  /** As an index names them; empty for a single image, and where nothing had to be read to know it is up to date. */
  readonly platforms: readonly string[];
  readonly changed: boolean;
  /** `there`: the image was up to date, and what changed, if anything, is what refers to it. */
  readonly image: "sent" | "there";
  /** Bytes that were really sent: blobs and manifests. */
  readonly bytes: number;
  /** Bytes of blobs that the registry took from another of its repositories. */
  readonly mountedBytes: number;
  readonly trimmed: boolean;
  /** What refers to the image and was brought or found to be there, where it was looked for. */
  readonly referrers: ReferrerCounts;
  /** What refers to it and stays behind. */
  readonly warnings: readonly Failure[];
}

/** What a copy would do. */
export interface Survey {
  readonly state: "up-to-date" | "create" | "move";
  /** What the tag would stand at. */
  readonly digest: Digest;
  /** What it stands at now. */
  readonly present: Digest | undefined;
  /** What refers to it and would be copied with it. */
  readonly referrers: ReferrerCounts;
  readonly warnings: readonly Failure[];
  /** Bytes of the blobs that would be sent; one that several images of a run need is counted with the first. */
  readonly bytes: number;
}

/** What has to be known to tell what an image is made of. */
export type MeasureRequest = Pick<
  CopyRequest,
  "from" | "platforms" | "indexes" | "foreignLayers" | "stopping" | "killed"
>;

/** What an image is made of, before it is copied. */
export interface Measure {
  /** What the tag would stand at. */
  readonly digest: Digest;
  /** Blobs, and the manifests as blobs. */
  readonly blobs: readonly Descriptor[];
}
