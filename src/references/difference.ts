import type { Place } from "../failure/index.ts";
import type { Fix } from "./rewrite.ts";
import type { FileText } from "./site.ts";

/**
 * What is wrong with a place.
 *
 * - `differs`: it says something else than what is declared;
 * - `untagged`: it names an image without a version;
 * - `undeclared`: it names an image that the config does not declare;
 * - `uncovered`: no `RELATED_IMAGE_*` names this image;
 * - `unused`: a `RELATED_IMAGE_*` names an image that nothing uses;
 * - `missing`: nothing is found where the config says that something is.
 */
export type DifferenceKind = "differs" | "untagged" | "undeclared" | "uncovered" | "unused" | "missing";

/** A place where the product and the config disagree. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The name of the references in the config. */
  readonly set: string;
  readonly place: Place;
  /** The file it can be fixed in; undefined where it is told of the config. */
  readonly file: FileText | undefined;
  /** The way to it in the file. */
  readonly way: string;
  /** What is there. */
  readonly found: string;
  /** What is declared, and who says so. */
  readonly declared: { readonly text: string; readonly by: string } | undefined;
  readonly fix: Fix;
  /** Why it is meant to be, where a person has accepted it. */
  readonly accepted: string | undefined;
}

/** A place that nobody can judge. */
export interface Unknown {
  readonly set: string;
  readonly place: Place;
  readonly found: string;
  readonly why: string;
}

/** What became of all references. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly unknown: readonly Unknown[];
  /** Places that say what is declared. */
  readonly agreeing: number;
  readonly files: number;
  /** Accepted differences of the config that there are not. */
  readonly stale: readonly { readonly set: string; readonly found: string; readonly place: Place }[];
  /** By image, the versions that the product references. */
  readonly referenced: ReadonlyMap<string, readonly string[]>;
}
