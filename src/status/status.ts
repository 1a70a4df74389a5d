import type { Failure } from "../failure/index.ts";
import type { Digest } from "../oci/index.ts";

/**
 * How an image stands at a target.
 *
 * - `absent`: the target does not take it;
 * - `up-to-date`: the digest of the release is there, and users can pull it;
 * - `there`: something is there that has no digest to compare with, as it is built here;
 * - `missing`: nothing is there;
 * - `other-digest`: its tag stands at another digest, and may be moved;
 * - `conflict`: its tag stands at another digest, and is immutable;
 * - `tag-moved`: the digest of the lock is there, and upstream's tag has moved since;
 * - `unsigned`: it is there without the signature that the target requires;
 * - `pushed`, `submitted`, `certified`, `published`, `failed`: as the registry itself tells;
 * - `unknown`: nobody can tell.
 */
export type Cell =
  | { readonly state: "absent" | "missing" }
  | { readonly state: "up-to-date" | "there" | "unsigned" | "published"; readonly digest: Digest }
  | { readonly state: "other-digest" | "conflict"; readonly digest: Digest; readonly wanted: Digest }
  | { readonly state: "tag-moved"; readonly digest: Digest; readonly upstream: Digest }
  | {
      readonly state: "pushed" | "submitted" | "certified" | "failed";
      readonly digest: Digest;
      /** `ours`: a run, or whoever mends the image, goes on; `theirs`: others do. */
      readonly whose: "ours" | "theirs";
      readonly waitsFor: string;
      readonly link: string | undefined;
    }
  | { readonly state: "unknown"; readonly failure: Failure };

/** What upstream's tag says now, beside the lock. */
export type Upstream =
  | { readonly kind: "same" }
  | { readonly kind: "moved"; readonly digest: Digest }
  | { readonly kind: "gone" }
  /** Not asked, or not answered. */
  | { readonly kind: "unknown" };

/** One image of the release, a chart that is published itself, or its bundle. */
export interface Row {
  readonly kind: "image" | "chart" | "bundle";
  /** Of a chart, `chart:NAME`. */
  readonly name: string;
  readonly version: string | undefined;
  readonly digest: Digest | undefined;
  readonly upstream: Upstream;
  /** Versions that the product references; undefined where nobody looked. */
  readonly referenced: readonly string[] | undefined;
  /** Why a person decided on this version. */
  readonly hold: string | undefined;
  /** By target. */
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Tags at a target that the release does not know. */
export interface Extra {
  readonly target: string;
  readonly repository: string;
  readonly tags: readonly string[];
}

/** How a release stands everywhere. */
export interface Status {
  /** The columns: targets, or the archive. */
  readonly targets: readonly string[];
  readonly rows: readonly Row[];
  /** Undefined where nobody looked. */
  readonly extra: readonly Extra[] | undefined;
}
