import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair, visit } from "yaml";

/** A part of a file's text: offsets of its first character and of the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where a value stands in a YAML text, and all that is in it: start, end, and what is below its keys or, by index, its
 * items. Plain arrays and objects, so that JSON can keep it.
 */
export type Outline = readonly [start: number, end: number, below?: Readonly<Record<string, Entry>>];

/** A key's start and end, and the outline of its value. An item of a list has no key but itself. */
export type Entry = readonly [start: number, end: number, value: Outline];

/** The outline of a document; that of its first character where there is nothing in it. */
export function outlineOf(document: Document): Outline {
  return new Outliner(document).of(document.contents) ?? [0, 1];
}

/** The literal values behind keys that tell secrets. */
export function secretSpans(document: Document): Span[] {
  const spans: Span[] = [];
  visit(document, {
    Pair(_, pair) {
      if (!isPair(pair) || !SECRET_KEYS.has(keyText(pair))) return;
      const value = resolved(pair.value, document);
      if (isScalar(value) && value.range) spans.push({ start: value.range[0], end: value.range[1] });
    },
  });
  return spans;
}

const SECRET_KEYS = new Set(["password", "token"]);

/** A key as text; empty for one that is no scalar. */
export function keyText({ key }: Pair): string {
  if (!isScalar(key)) return "";
  return typeof key.value === "symbol" ? (key.value.description ?? "") : String(key.value);
}

/** Looks at each node once, however often aliases name it: aliases of aliases may stand for very many values. */
class Outliner {
  readonly #document: Document;
  readonly #known = new Map<Node, Outline>();

  constructor(document: Document) {
    this.#document = document;
  }

  of(value: unknown): Outline | undefined {
    const node = resolved(value, this.#document);
    if (node?.range == null) return undefined;
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const [start, end] = node.range;
    // A node that an alias inside itself names has, there, nothing below it.
    this.#known.set(node, [start, end]);
    const outline = this.#below(node, start, end);
    this.#known.set(node, outline);
    return outline;
  }

  #below(node: Node, start: number, end: number): Outline {
    if (isMap(node)) return [start, end, Object.fromEntries(this.#entriesOfMap(node.items))];
    if (isSeq(node)) return [start, end, Object.fromEntries(this.#entriesOfList(node.items))];
    return [start, end];
  }

  /** With those of maps that are merged into it. The last of equal keys counts, and an own one before a merged one. */
  #entriesOfMap(pairs: readonly Pair[]): Map<string, Entry> {
    const entries = new Map(pairs.flatMap((pair) => this.#entry(keyText(pair), pair.key, pair.value)));
    for (const pair of pairs) {
      if (!isMerge(pair)) continue;
      const merged = resolved(pair.value, this.#document);
      for (const map of isSeq(merged) ? merged.items : [merged]) {
        for (const [key, entry] of Object.entries(this.of(map)?.[2] ?? {})) {
          if (!entries.has(key)) entries.set(key, entry);
        }
      }
    }
    return entries;
  }

  #entriesOfList(items: readonly unknown[]): [string, Entry][] {
    return items.flatMap((item, index) => this.#entry(String(index), item, item));
  }

  #entry(name: string, key: unknown, value: unknown): [string, Entry][] {
    if (!isNode(key) || key.range == null) return [];
    const [start, end] = key.range;
    return [[name, [start, end, this.of(value) ?? [start, end]]]];
  }
}

/** Merge keys have a symbol for a value, which a key in quotes has not. */
const isMerge = ({ key }: Pair): boolean => isScalar(key) && typeof key.value === "symbol";

function resolved(node: unknown, document: Document): Node | undefined {
  if (isAlias(node)) return node.resolve(document) ?? node;
  return isNode(node) ? node : undefined;
}
