import type { At, TextAt } from "./at.ts";
import { wordsOf } from "./words.ts";
import { isNumber, type Node, type Text } from "./yaml/node.ts";
import { readDocuments } from "./yaml/read.ts";

/** What a scalar says to a program that gets it as a value: `8.0` without quotes is the number 8. */
export function numberAsRead(text: Text): string {
  return isNumber(text) ? String(Number(text.value)) : text.value;
}

/** The versions and tags that are numbers and so read otherwise than they are written. */
export interface Numbers {
  readonly note: (at: TextAt) => void;
  readonly noteValues: (text: string) => void;
  /** How a tag was written that reads so: `8.0` for `8`. */
  readonly writtenAs: (tag: string) => string | undefined;
}

const TAG_WORDS = new Set(["tag", "version", "image"]);

export function createNumbers(): Numbers {
  const written = new Map<string, string>();
  const note = (key: At["key"], text: Text): void => {
    if (typeof key !== "string" || !isNumber(text) || !TAG_WORDS.has(wordsOf(key).at(-1) ?? "")) return;
    const read = numberAsRead(text);
    if (read !== text.value) written.set(read, text.value);
  };
  const noteBelow = (key: At["key"], node: Node): void => {
    if (node.kind === "text") note(key, node);
    else if (node.kind === "list") for (const item of node.items) noteBelow(undefined, item);
    else for (const entry of node.entries) noteBelow(entry.key, entry.value);
  };
  return {
    note: ({ key, node }) => note(key, node),
    noteValues: (text) => {
      for (const { root } of readDocuments(text)) if (root !== undefined) noteBelow(undefined, root);
    },
    writtenAs: (tag) => written.get(tag),
  };
}
