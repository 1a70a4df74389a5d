import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, parseAllDocuments, type Scalar } from "yaml";
import type { PathStep } from "../../config/index.ts";
import type { Piece } from "../site.ts";

/** A value of a document with where it stands. */
export type Value =
  | { readonly kind: "text"; readonly piece: Piece }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Value])[] }
  | { readonly kind: "list"; readonly items: readonly Value[] };

/** A text as YAML, of which JSON is a part. */
export interface Yaml {
  /** The documents that could be read. */
  readonly values: readonly Value[];
  /** `broken`: some documents are no YAML, as those of a template. */
  readonly state: "whole" | "broken";
}

/** Reads the documents of a text. */
export function readYaml(text: string): Yaml {
  const parsed = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, logLevel: "silent" });
  const documents = "empty" in parsed ? [] : parsed;
  const sound = documents.filter(({ errors }) => errors.length === 0);
  return {
    values: sound.map((document) => convert(document.contents, document, text)),
    state: sound.length === documents.length ? "whole" : "broken",
  };
}

/** Every value that a path leads to. */
export function follow(value: Value, [step, ...rest]: readonly PathStep[]): readonly Value[] {
  if (step === undefined) return [value];
  return stepsTo(value, step).flatMap((next) => follow(next, rest));
}

/** Every value below another, itself first. */
export function* below(value: Value): Generator<Value> {
  yield value;
  if (value.kind === "map") for (const [, entry] of value.entries) yield* below(entry);
  if (value.kind === "list") for (const item of value.items) yield* below(item);
}

/** The text of an entry of a map. */
export function textIn(value: Value, key: string): Piece | undefined {
  const found = value.kind === "map" ? value.entries.find(([name]) => name === key)?.[1] : undefined;
  return found?.kind === "text" ? found.piece : undefined;
}

function stepsTo(value: Value, step: PathStep): readonly Value[] {
  switch (step.kind) {
    case "key":
      return value.kind === "map" ? value.entries.filter(([key]) => key === step.key).map(([, entry]) => entry) : [];
    case "index":
      return value.kind === "list" ? value.items.slice(step.index, step.index + 1) : [];
    case "item":
      return value.kind === "list" ? value.items.filter((item) => textIn(item, step.key)?.text === step.value) : [];
    case "any":
      return value.kind === "map" ? value.entries.map(([, entry]) => entry) : value.kind === "list" ? value.items : [];
  }
}

function convert(node: unknown, document: Document, text: string): Value {
  if (isMap(node)) {
    return { kind: "map", entries: node.items.map((pair) => [keyOf(pair), convert(pair.value, document, text)]) };
  }
  if (isSeq(node)) return { kind: "list", items: node.items.map((item) => convert(item, document, text)) };
  if (isScalar(node)) return { kind: "text", piece: pieceOf(node, text) };
  if (isAlias(node)) {
    const [start, end] = node.range ?? [0, 0];
    const target: unknown = node.resolve(document);
    const says = isScalar(target) ? String(target.value) : "";
    return { kind: "text", piece: { start, end, text: says, style: "elsewhere" } };
  }
  return { kind: "text", piece: { start: 0, end: 0, text: "", style: "elsewhere" } };
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : String(key));

function pieceOf(scalar: Scalar, text: string): Piece {
  const [start, end] = scalar.range ?? [0, 0];
  // A number is compared as it is written: 8.0 is no 8.
  const says = typeof scalar.value === "string" ? scalar.value : (scalar.source ?? "");
  const isQuoted = scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE";
  const inner = isQuoted ? { start: start + 1, end: end - 1 } : oneLine(scalar, says, text, start, end);
  const isVerbatim = text.slice(inner.start, inner.end) === says.trimEnd();
  const style = isQuoted ? "quoted" : scalar.type === "PLAIN" ? "plain" : "raw";
  return { ...inner, text: says.trimEnd(), style: isVerbatim ? style : "elsewhere" };
}

/** A block scalar of one line is that line; a plain one ends where its text does. */
function oneLine({ type }: Scalar, says: string, text: string, start: number, end: number) {
  const isBlock = type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED";
  const from = isBlock ? text.indexOf(says.trimEnd(), text.indexOf("\n", start)) : start;
  if (isBlock && (from === -1 || from >= end)) return { start, end };
  return { start: from, end: from + (isBlock ? says.trimEnd().length : text.slice(start, end).trimEnd().length) };
}
