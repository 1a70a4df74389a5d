import type { Equals } from "../config/index.ts";

/** A file of a source, as it stands. */
export interface FileText {
  /** What tells it from files of other sources: its absolute path. */
  readonly key: string;
  /** Its path in the source, with `/`. */
  readonly path: string;
  /** Its name in places. */
  readonly shown: string;
  readonly text: string;
}

/** A stretch of a file that says one thing. */
export interface Piece {
  /** Of the file's text, quotes left out. */
  readonly start: number;
  readonly end: number;
  /** What it says. */
  readonly text: string;
  /**
   * How it is written: `plain` is YAML without quotes, `quoted` and `raw` stand for themselves character by character;
   * `elsewhere` is an alias, escapes or folded lines, where nobody can tell what an edit would do.
   */
  readonly style: "plain" | "quoted" | "raw" | "elsewhere";
}

/** A place where a file names an image or a version. */
export interface Site {
  readonly file: FileText;
  /** The way to it: a path, the name of a variable, a pattern. */
  readonly way: string;
  /** What it says; of an image that is split over several values, the parts put together. */
  readonly text: string;
  /** The text, or the repository of an image that is split. */
  readonly piece: Piece;
  /** The tag of an image that is split, where it is known which value that is. */
  readonly tag: Piece | undefined;
  /** `split`: `piece` has only a part of the text. */
  readonly form: "whole" | "split";
  /** What it is to say; undefined for an image that was found, which is compared with those of its repository. */
  readonly equals: Equals | undefined;
  /** The name of a `RELATED_IMAGE_*` that it is the value of. */
  readonly related: string | undefined;
}
