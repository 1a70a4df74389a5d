import { asNodeId, type NodeId, type Outcome } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import { type Digest, shortDigest } from "../oci/index.ts";

/** What a version rule resolved to: the same pin names the same bytes for ever. */
export interface Pin {
  readonly image: string;
  /** `host/repository` as the config writes it. */
  readonly repository: string;
  /** Undefined where the rule is a digest alone. */
  readonly tag: string | undefined;
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

/** What became of a version rule. */
export type Resolution =
  | { readonly kind: "pinned"; readonly pin: Pin }
  | { readonly kind: "unpinned"; readonly failure: Failure };

/** By image name; an image whose rule could not be resolved is there with the reason. */
export type Pins = ReadonlyMap<string, Resolution>;

/** The node that stands for the pin of an image. */
export const pinNode = (image: string): NodeId => asNodeId(`pin:${image}`);

/** How the node of a pin ended. */
export function outcomeOf(resolution: Resolution): Outcome {
  if (resolution.kind === "pinned") {
    const { tag, digest } = resolution.pin;
    const summary = tag === undefined ? shortDigest(digest) : `${tag} is ${shortDigest(digest)}`;
    return { kind: "done", effect: "none", summary, bytes: 0 };
  }
  const { failure } = resolution;
  return failure.class === "cancelled" ? { kind: "cancelled" } : { kind: "failed", failure };
}
