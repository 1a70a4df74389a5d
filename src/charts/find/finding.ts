import type { Failure } from "../../failure/index.ts";
import type { Facts } from "./facts.ts";
import type { Certainty } from "./rules/rule.ts";

/** A text to look through: a rendered template, a stream of many documents, a Chart.yaml. */
export interface SourceText {
  /** Its name in places: a path, `-` for the standard input. */
  readonly source: string;
  readonly text: string;
}

/** An image with every place where it was found. */
export interface Finding {
  /** Normalised: with its host and its tag (`latest` where none is written), as `docker.io/library/busybox:1.35`. */
  readonly reference: string;
  /** `sure` where one place is: a candidate may be something else and is confirmed by its registry. */
  readonly certainty: Certainty;
  /** What its registry says; `unasked` until {@link confirm} has asked. */
  readonly source: Answer | "unasked";
  readonly flags: readonly Flag[];
  /** Why it was added, where a rule and not a manifest names it. */
  readonly added: string | undefined;
  /** In the order of the texts; none for an image that was added and not found. */
  readonly places: readonly FoundPlace[];
}

export type Answer = "there" | "missing" | "unknown";

/** One place where an image was found. */
export interface FoundPlace extends Facts {
  /** The way through the document; `: ` where a text inside a scalar begins. */
  readonly path: string;
  /** Where it stands in the source, counted from 1: the image, or its name where it is split over several scalars. */
  readonly line: number;
  readonly column: number;
  /** The characters of the source there, up to the end of their line. */
  readonly text: string;
  /** `around`: somewhere in the scalar that begins there, as in one that is base64. */
  readonly exactness: "exact" | "around";
  /** The reference as it is written, the parts of a split one put together. */
  readonly written: string;
  /** How it was found: the rule's name. */
  readonly rule: string;
  readonly certainty: Certainty;
}

/** Something about an image that a person should know before it is mirrored. */
export interface Flag {
  readonly kind: "latest" | "no-tag" | "number-tag" | "collision" | "dead-source";
  /** A sentence without full stop. */
  readonly says: string;
}

/** An image that is left out, and why. */
export interface IgnoredFinding {
  readonly finding: Finding;
  /** The rule's pattern. */
  readonly image: string;
  readonly why: string;
}

export interface Findings {
  /** By reference. */
  readonly images: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Documents that could not be read: what is in them is not in the list. */
  readonly unread: readonly Failure[];
  /** Images that no registry could have, and rules that apply to nothing. */
  readonly warnings: readonly Failure[];
}

/** The components that an image is part of, in the order in which they were found. */
export const componentsOf = ({ places, added }: Finding): readonly string[] =>
  places.length === 0 && added !== undefined ? ["added"] : [...new Set(places.map(({ component }) => component))];
