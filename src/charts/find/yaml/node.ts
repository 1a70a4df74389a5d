/**
 * A manifest as rules see it. Offsets are into the text that was read, without the quotes of a scalar and without the
 * header of a block.
 */
export type Node = Text | MapNode | ListNode;

/** A scalar of any type. */
export interface Text {
  readonly kind: "text";
  /** What it says; a number or a null as it is written. */
  readonly value: string;
  readonly style: "plain" | "single" | "double" | "literal" | "folded" | "alias";
  readonly start: number;
  readonly end: number;
}

export interface MapNode {
  readonly kind: "map";
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly value: Node;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Node[];
}

/** The value under a key of a map, the last one where a key stands twice, as Kubernetes reads it. */
export function get(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === "map" ? node.entries.findLast((entry) => entry.key === key)?.value : undefined;
}

/** What a scalar says, or undefined for anything else. */
export const textOf = (node: Node | undefined): string | undefined => (node?.kind === "text" ? node.value : undefined);

/** True for a scalar that YAML reads as a number (YAML 1.2, core schema; with a sign, an exponent, hex or octal). */
export const isNumber = ({ style, value }: Text): boolean =>
  style === "plain" && /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$|^0x[0-9a-fA-F]+$|^0o[0-7]+$/.test(value);
