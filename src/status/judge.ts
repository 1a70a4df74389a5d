import type { Target } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import type { Digest } from "../oci/index.ts";
import type { PublicationState } from "../registries/index.ts";
import type { Cell, Upstream } from "./status.ts";

/** What was learnt of an image at a target. */
export interface Facts {
  /** `same`: the digest of the release, or what is left of it for the platforms of the target. */
  readonly present:
    | { readonly kind: "same" | "other" | "built"; readonly digest: Digest }
    | { readonly kind: "nothing" };
  readonly wanted: Digest | undefined;
  readonly upstream: Upstream;
  /** Undefined where the target does not require a signature. */
  readonly signed: "signed" | "unsigned" | undefined;
  /** Undefined where pushed is published. */
  readonly publication: PublicationState | undefined;
  readonly tags: Target["tags"];
}

/** The state that facts come to: what stands in the way first, and what the registry tells last. */
export function judge({ present, wanted, upstream, signed, publication, tags }: Facts): Cell {
  if (present.kind === "nothing") return { state: "missing" };
  const { digest } = present;
  if (present.kind === "other") {
    return { state: tags === "mutable" ? "other-digest" : "conflict", digest, wanted: wanted ?? digest };
  }
  if (signed === "unsigned") return { state: "unsigned", digest };
  if (publication?.kind === "unpublished") {
    const { stage, whose, waitsFor, link } = publication;
    return { state: stage, digest, whose, waitsFor, link };
  }
  if (upstream.kind === "moved") return { state: "tag-moved", digest, upstream: upstream.digest };
  if (publication?.kind === "published") return { state: "published", digest };
  return { state: present.kind === "built" ? "there" : "up-to-date", digest };
}

export const unknown = (failure: Failure): Cell => ({ state: "unknown", failure });
