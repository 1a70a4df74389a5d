import {
  Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { Place } from "../failure/index.ts";

/** The way from the top of a file to a value: keys, and indexes of lists as text. */
export type Path = readonly string[];

/** A part of the file's text: offsets of its first character and of the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A YAML text that knows where each of its values stands. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #masked: string;

  /** `file` is the name that places show. */
  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
      merge: true,
      logLevel: "error",
    });
    this.#masked = maskSecrets(text, this.document);
  }

  /** Where the value at a path stands; where it is not written, the nearest thing around it that is. */
  valueSpan(path: Path): Span {
    const node = this.#nodeAt(path);
    if (node?.range) return { start: node.range[0], end: node.range[1] };
    return path.length === 0 ? { start: 0, end: 1 } : this.keySpan(path);
  }

  /** Where the key at the end of a path stands; for an item of a list, the item itself. */
  keySpan(path: Path): Span {
    const parent = this.#nodeAt(path.slice(0, -1));
    const key = isMap(parent) ? pairOf(parent, path.at(-1) ?? "", this.document)?.key : undefined;
    if (isNode(key) && key.range) return { start: key.range[0], end: key.range[1] };
    if (isSeq(parent)) {
      const item = parent.items[Number(path.at(-1))];
      if (isNode(item) && item.range) return { start: item.range[0], end: item.range[1] };
    }
    return path.length === 0 ? { start: 0, end: 1 } : this.keySpan(path.slice(0, -1));
  }

  /** Where a part of the string at a path stands: `length` characters from `at` of its value. */
  partSpan(path: Path, value: string, at: number, length: number): Span {
    const whole = this.valueSpan(path);
    const part = value.slice(at, at + length);
    // Quotes, escapes and folded lines move characters about, but the n-th of equal parts stays the n-th.
    const start = nthIndexOf(this.text.slice(whole.start, whole.end), part, countOf(value.slice(0, at), part));
    return start === -1 ? whole : { start: whole.start + start, end: whole.start + start + length };
  }

  /** A span as a place; what stands behind its first line is left out. Passwords in the line are masked. */
  place({ start, end }: Span): Place {
    const { line, col } = this.#lines.linePos(Math.min(start, this.text.length));
    const lineStart = this.#lines.lineStarts[line - 1] ?? 0;
    const lineEnd = (this.#lines.lineStarts[line] ?? this.text.length + 1) - 1;
    const text = this.#masked.slice(lineStart, lineEnd).replace(/\r$/, "");
    const length = Math.max(1, Math.min(end, lineStart + text.trimEnd().length) - start);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), length, text };
  }

  /** The text of the value at a path as it is written. */
  written(path: Path): string {
    const { start, end } = this.valueSpan(path);
    return this.text.slice(start, end);
  }

  #nodeAt(path: Path): Node | undefined {
    let node = resolved(this.document.contents, this.document);
    for (const step of path) {
      let next: unknown;
      if (isMap(node)) next = pairOf(node, step, this.document)?.value;
      else if (isSeq(node)) next = node.items[Number(step)];
      node = resolved(next, this.document);
      if (node === undefined) return undefined;
    }
    return node;
  }
}

function resolved(node: unknown, document: Document): Node | undefined {
  if (isAlias(node)) return node.resolve(document) ?? node;
  return isNode(node) ? node : undefined;
}

/** The pair of a key in a map, or in a map that is merged into it. The last of equal keys counts, as in the value. */
function pairOf(map: Node, key: string, document: Document): Pair | undefined {
  if (!isMap(map)) return undefined;
  const own = pairsOf(map).get(key);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (keyText(pair) !== "<<") continue;
    const merged = resolved(pair.value, document);
    const maps = isSeq(merged) ? merged.items.map((item) => resolved(item, document)) : [merged];
    for (const one of maps) {
      const found = one === undefined ? undefined : pairOf(one, key, document);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const PAIRS = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** Looked up once for each map: every place of its values is found through it. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const pairs = PAIRS.get(map) ?? new Map(map.items.map((pair) => [keyText(pair), pair]));
  PAIRS.set(map, pairs);
  return pairs;
}

/** A key as text; empty for one that is no scalar. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

/** A variable without a default, which tells nothing; or one character that may. */
const OPEN_OR_SECRET = /\$\{[^}:]*(?::[^}:]*)?\}|[^\n]/g;
const SECRET_KEYS = new Set(["password", "token"]);

/** The text with literal passwords and tokens overwritten: a line of it may be shown in a log. */
function maskSecrets(text: string, document: Document): string {
  let masked = text;
  visit(document, {
    Pair(_, pair) {
      if (!isPair(pair) || !SECRET_KEYS.has(keyText(pair))) return;
      const value = pair.value instanceof Alias ? pair.value.resolve(document) : pair.value;
      if (!isScalar(value) || !value.range) return;
      const [start, end] = value.range;
      const cover = text.slice(start, end).replace(OPEN_OR_SECRET, (part, offset: number) => {
        const quote = /["']/.test(part) && (offset === 0 || offset === end - start - 1);
        return part.length > 1 || quote ? part : "*";
      });
      masked = masked.slice(0, start) + cover + masked.slice(end);
    },
  });
  return masked;
}

function countOf(text: string, part: string): number {
  return part === "" ? 0 : text.split(part).length - 1;
}

function nthIndexOf(text: string, part: string, n: number): number {
  let index = text.indexOf(part);
  for (let seen = 0; seen < n && index !== -1; seen++) index = text.indexOf(part, index + part.length);
  return index;
}
