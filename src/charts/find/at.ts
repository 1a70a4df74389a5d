import type { Facts } from "./facts.ts";
import type { ListNode, MapNode, Node, Text } from "./yaml/node.ts";

/** A node of a manifest with the way to it. */
export interface At<N extends Node = Node> {
  readonly node: N;
  /** Its key or index; undefined for the root of a document, or of a text that stands in a scalar. */
  readonly key: string | number | undefined;
  /** What it is in: the scalar, for the root of a text that stands in one. */
  readonly up: At | undefined;
  readonly scope: Scope;
}

export type TextAt = At<Text>;
export type MapAt = At<MapNode>;
export type ListAt = At<ListNode>;

/** What the nodes of one text have in common. */
export interface Scope {
  /** The text that their offsets count in. */
  readonly text: string;
  readonly facts: Facts;
  /** The document of the source that they are part of. */
  readonly document: { readonly text: string; readonly start: number; readonly end: number };
  /** Where a part of `text` stands in the source: exactly, or the scalar it is somewhere in. */
  readonly toSource: (start: number, end: number) => SourceRange;
  /** How deep this text stands in scalars of other texts. */
  readonly depth: number;
}

export interface SourceRange {
  readonly start: number;
  readonly end: number;
  readonly exactness: "exact" | "around";
}

/** A node below another. */
export const child = <N extends Node>(up: At, key: string | number, node: N): At<N> => ({
  node,
  key,
  up,
  scope: up.scope,
});

export const isTextAt = (at: At): at is TextAt => at.node.kind === "text";
export const isMapAt = (at: At): at is MapAt => at.node.kind === "map";
export const isListAt = (at: At): at is ListAt => at.node.kind === "list";

/** The name of the collection a node stands in: of the list, where it is an item of one. */
export function nameAbove(at: At): string | undefined {
  const up = typeof at.key === "number" ? at.up?.key : at.key;
  return typeof up === "string" ? up : undefined;
}

/** `spec.containers[0].image`; keys that are no words in brackets; `: ` where a text in a scalar begins. */
export function formatPath(at: At): string {
  const parts: string[] = [];
  for (let here: At | undefined = at; here !== undefined; here = here.up) {
    if (here.key === undefined) {
      if (here.up !== undefined) parts.push(": ");
    } else if (typeof here.key === "number") parts.push(`[${here.key}]`);
    else parts.push(/^[\w-]+$/.test(here.key) ? `.${here.key}` : `[${JSON.stringify(here.key)}]`);
  }
  return parts.reverse().join("").replaceAll(": .", ": ").replace(/^\./, "");
}
