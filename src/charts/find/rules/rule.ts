import type { ListAt, MapAt, TextAt } from "../at.ts";
import { strengthOf } from "../shape.ts";
import type { Text } from "../yaml/node.ts";

export type Certainty = "sure" | "candidate";

/**
 * One way in which manifests name images. Rules are asked in the order of their list; a text belongs to the first that
 * says anything about it.
 */
export interface Rule {
  /** As `--why` shows it. */
  readonly name: string;
  /** What is found of a scalar; undefined where this rule has nothing to say of it. */
  readonly text?: (at: TextAt) => readonly Sight[] | undefined;
  /** What is found in the entries of a map together. */
  readonly map?: (at: MapAt) => readonly Sight[];
  /** What is found in the items of a list together. */
  readonly list?: (at: ListAt) => readonly Sight[];
}

/** An image as a rule sees it. */
export interface Sight {
  readonly certainty: Certainty;
  /** The reference as a cluster would read it. */
  readonly reference: string;
  /** The same as a person has written it, the parts of a split one put together. */
  readonly written: string;
  /** The scalar that it, or its name without the tag, stands in, and from where to where. */
  readonly at: TextAt;
  readonly from: number;
  readonly to: number;
  /** Further scalars that are parts of it. */
  readonly parts?: readonly Text[];
}

/** The whole of a scalar, or a part of it, as an image. */
export function sight(at: TextAt, certainty: Certainty, from = 0, to = at.node.value.length): Sight {
  const written = at.node.value.slice(from, to);
  return { certainty, reference: written, written, at, from, to };
}

/** How certain an image is whose key says that it is one: sure where the value agrees, a candidate where it may be. */
export function certaintyUnderKey(value: string): Certainty | undefined {
  const strength = strengthOf(value);
  if (strength === undefined) return undefined;
  return strength === "bare" ? "candidate" : "sure";
}

/** A scalar under a key that says that it is an image. */
export function sightUnderKey(at: TextAt, from = 0): readonly Sight[] | undefined {
  const certainty = certaintyUnderKey(at.node.value.slice(from));
  return certainty === undefined ? undefined : [sight(at, certainty, from)];
}
