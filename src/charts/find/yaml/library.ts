import { isAlias, isMap, isScalar, isSeq, parseDocument, type Scalar, type Node as YamlNode } from "yaml";
import { DEEPEST } from "./cursor.ts";
import type { Entry, Node, Text } from "./node.ts";

/** What is wrong with a text that is no YAML, and at which offset. */
export interface YamlMistake {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Reads one document with the library: all of YAML 1.2, with merge keys, and keys that stand twice as Kubernetes allows. */
export function readWithLibrary(text: string): { readonly root: Node | undefined } | { readonly mistake: YamlMistake } {
  try {
    const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "silent", merge: true });
    const [error] = document.errors;
    // The library, which has no limit but the stack, tells of its end as of a mistake in the text.
    if (error?.message.includes("call stack") === true) return TOO_DEEP;
    if (error !== undefined) return { mistake: { message: error.message, start: error.pos[0], end: error.pos[1] } };
    const { contents } = document;
    return { root: contents === null ? undefined : createConverter(text)(contents) };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return TOO_DEEP;
  }
}

const TOO_DEEP = { mistake: { message: "its collections are nested too deeply", start: 0, end: 0 } };

/** Converts node by node, in the order of the text, so that an anchor is known before its aliases. */
function createConverter(text: string): (node: unknown) => Node {
  const anchors = new Map<string, YamlNode>();
  /** Collections that were entered by an alias: each once, or a few lines could stand for a whole disk. */
  const entered = new Set<YamlNode>();
  let depth = 0;
  return convert;

  function convert(node: unknown): Node {
    if (++depth > DEEPEST) throw new RangeError("too deep");
    const converted = convertNode(node);
    depth--;
    return converted;
  }

  function convertNode(node: unknown): Node {
    if (isAlias(node)) return aliased(node);
    if (isMap(node)) {
      anchors.set(node.anchor ?? "", node);
      return { kind: "map", entries: node.items.flatMap(({ key, value }) => entriesOf(key, value)) };
    }
    if (isSeq(node)) {
      anchors.set(node.anchor ?? "", node);
      return { kind: "list", items: node.items.map(convert) };
    }
    if (!isScalar(node)) return { kind: "text", value: "", style: "plain", start: 0, end: 0 };
    anchors.set(node.anchor ?? "", node);
    return textOf(node, text);
  }

  function entriesOf(key: unknown, value: unknown): readonly Entry[] {
    const name = isScalar(key) ? String(key.source ?? key.value ?? "") : String(key);
    const converted = convert(value);
    if (name !== "<<") return [{ key: name, value: converted }];
    const merged = converted.kind === "list" ? converted.items : [converted];
    return merged.flatMap((map) => (map.kind === "map" ? map.entries : []));
  }

  function aliased(alias: YamlNode & { readonly source: string }): Node {
    const [start, end] = alias.range ?? [0, 0];
    const target = anchors.get(alias.source);
    if (isScalar(target)) {
      return { kind: "text", value: textOf(target, text).value, style: "alias", start, end };
    }
    if (target === undefined || entered.has(target)) return { kind: "text", value: "", style: "alias", start, end };
    entered.add(target);
    return convert(target);
  }
}

function textOf(scalar: Scalar, text: string): Text {
  const [start, end] = scalar.range ?? [0, 0];
  const value = typeof scalar.value === "string" ? scalar.value : (scalar.source ?? "");
  switch (scalar.type) {
    case "QUOTE_DOUBLE":
      return { kind: "text", value, style: "double", start: start + 1, end: end - 1 };
    case "QUOTE_SINGLE":
      return { kind: "text", value, style: "single", start: start + 1, end: end - 1 };
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED": {
      const style = scalar.type === "BLOCK_LITERAL" ? "literal" : "folded";
      const body = text.indexOf("\n", start) + 1;
      const first = body + Math.max(0, text.slice(body, end).search(/[^\s]/));
      return { kind: "text", value, style, start: first, end: first + text.slice(first, end).trimEnd().length };
    }
    default:
      return { kind: "text", value, style: "plain", start, end: start + text.slice(start, end).trimEnd().length };
  }
}
