import { asNodeId, type NodeId, type Outcome } from "../engine/index.ts";
import type { Failure, Place } from "../failure/index.ts";
import { type Digest, shortDigest } from "../oci/index.ts";
import type { ChosenFrom, LockedImage } from "./lock/index.ts";

/** What a version rule resolved to: the same pin names the same bytes for ever. */
export interface Pin {
  /** A key under `images`, or `KEY@TAG` for one of several that its rule chose. */
  readonly image: string;
  /** `host/repository` as the config writes it. */
  readonly repository: string;
  /** Undefined where the rule is a digest alone. */
  readonly tag: string | undefined;
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
  /** The entry of the lock that it was taken from; undefined where it was resolved. */
  readonly locked?: LockedImage | undefined;
  /** Where that entry stands; undefined where there is no file. */
  readonly lockedAt?: Place | undefined;
  /** What the rule chose from; undefined where there was no choice. */
  readonly chosenFrom?: ChosenFrom | undefined;
}

/** What became of a version rule. */
export type Resolution =
  | { readonly kind: "pinned"; readonly pin: Pin }
  | {
      readonly kind: "unpinned";
      readonly failure: Failure;
      /** The image whose failure it is, where its version is another's that is pinned beside it. */
      readonly by?: string | undefined;
    };

/** By image name; an image whose rule could not be resolved is there with the reason. */
export type Pins = ReadonlyMap<string, Resolution>;

/** The node that stands for the pin of an image. */
export const pinNode = (image: string): NodeId => asNodeId(`pin:${image}`);

/** How the node of a pin ended. */
export function outcomeOf(resolution: Resolution): Outcome {
  if (resolution.kind === "pinned") return outcomeOfPins([resolution.pin]);
  const { failure, by } = resolution;
  if (failure.class === "cancelled") return { kind: "cancelled" };
  return by === undefined ? { kind: "failed", failure } : { kind: "blocked", by: [pinNode(by)] };
}

/** How the node of a rule ended that may have chosen several. */
export function outcomeOfPins(pins: readonly Pin[]): Outcome {
  const shown = pins.map(({ tag, digest, locked }) => {
    const stands = tag === undefined ? shortDigest(digest) : `${tag} is ${shortDigest(digest)}`;
    return locked === undefined ? stands : `${stands}, locked`;
  });
  return { kind: "done", effect: "none", summary: shown.join("; "), bytes: 0 };
}
