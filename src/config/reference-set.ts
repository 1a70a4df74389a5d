import type { Place } from "../failure/index.ts";
import type { PathStep } from "./document-path.ts";

/** Files of the product, and what in them names an image or a version. */
export interface ReferenceSet {
  readonly name: string;
  readonly place: Place;
  /** Undefined: the folder of the config. */
  readonly source: string | undefined;
  /** Globs over the files of the source. */
  readonly files: readonly string[];
  readonly exclude: readonly string[];
  /** What becomes of images that the structure of a file shows, beside those that are named below. */
  readonly images: "compare" | "ignore";
  /** The target whose names count; undefined: any name that an image has. */
  readonly at: string | undefined;
  readonly paths: readonly (Named & { readonly steps: readonly PathStep[] })[];
  readonly env: readonly Named[];
  readonly variables: readonly Named[];
  readonly patterns: readonly Pattern[];
  /** Other sets whose images the `RELATED_IMAGE_*` of this one name. */
  readonly covers: readonly string[];
  readonly fix: "in-place" | "by-hand";
  readonly accept: readonly Accepted[];
}

/** A path, or the name of a variable, with what is to stand there. */
export interface Named {
  readonly name: string;
  readonly place: Place;
  readonly equals: Equals;
}

export interface Pattern {
  /** With one named group, and the flags `d`, `g` and `m`. */
  readonly expression: RegExp;
  readonly place: Place;
  readonly equals: Equals;
}

/** What a place of a file is to say. */
export type Equals =
  | { readonly kind: "image"; readonly image: string; readonly part: ImagePart }
  /** `origin` is how it is called: `var release`. */
  | { readonly kind: "text"; readonly text: string; readonly origin: string };

export type ImagePart = "reference" | "repository" | "tag";

/** A difference that a person has accepted. */
export interface Accepted {
  readonly place: Place;
  /** Globs. */
  readonly found: string;
  readonly file: string | undefined;
  readonly why: string;
}
