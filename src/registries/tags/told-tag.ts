import { textOf } from "../../json/index.ts";
import { type Digest, isDigest } from "../../oci/index.ts";
import type { ApiAnswer } from "../api.ts";

/** A tag as a registry's own interface tells of it. */
export interface ToldTag {
  readonly name: string;
  /** What it stands at; undefined where the interface does not say. */
  readonly digest: Digest | undefined;
  /** When it was last pushed, in milliseconds since the epoch; undefined where the interface does not say. */
  readonly pushed: number | undefined;
}

/** How one kind of registry lists tags in its own interface. */
export interface TagPages {
  /** The address of the first page, from the host on. */
  readonly first: (repository: string) => string;
  /** The address of the page after an answer; undefined after the last. */
  readonly next: (answer: ApiAnswer, path: string) => string | undefined;
  /** How many pages there are, where an answer says so. */
  readonly count: (answer: ApiAnswer) => number | undefined;
  readonly read: (body: unknown) => readonly ToldTag[];
  /** What an account needs for it: a sentence. */
  readonly needs: string;
}

/** The most that all three give on a page. */
export const PAGE = 100;

export const digestIn = (value: unknown): Digest | undefined => {
  const text = textOf(value);
  return text !== undefined && isDigest(text) ? text : undefined;
};

/** A time as ISO 8601 has it, in milliseconds since the epoch. */
export const timeIn = (value: unknown): number | undefined => {
  const time = Date.parse(textOf(value) ?? "");
  return Number.isNaN(time) ? undefined : time;
};
