import { type Document, isCollection, isMap, isScalar, visit, type YAMLError } from "yaml";
import type { Failure } from "../failure/index.ts";
import { keyText, type Span } from "./outline.ts";
import type { Source } from "./source.ts";

/** What YAML itself has against the text. Where there is anything `unreadable`, the rest of the file means nothing. */
export function syntaxFailures(
  source: Source,
  document: Document,
): { unreadable: readonly Failure[]; readable: readonly Failure[] } {
  const { errors, warnings } = document;
  const [duplicates, others] = [errors.filter(isDuplicate), errors.filter((error) => !isDuplicate(error))];
  const wrong = [...others, ...warnings].map((error) => badYaml(source, document, error));
  const failures = [...wrong, ...danglingAliases(source, document)].sort(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
  return {
    // One fault often upsets the parser several times on its line.
    unreadable: failures.filter((failure, index) => failure.place?.line !== failures[index - 1]?.place?.line),
    readable: duplicates.map((error) => duplicateKey(source, document, error)),
  };
}

const isDuplicate = (error: YAMLError): boolean => error.code === "DUPLICATE_KEY";

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces",
  BAD_INDENT: "Give the keys of one map the same indent",
  MISSING_CHAR: "Close the bracket or quote that is open here",
  BLOCK_AS_IMPLICIT_KEY: "Start a new line for the inner key, or put the value in quotes",
  MULTILINE_IMPLICIT_KEY: "Write a colon and a space behind the key",
  BAD_SCALAR_START: "Put the value in quotes",
  TAG_RESOLVE_FAILED: 'Put a value that starts with "!" in quotes',
  BAD_ALIAS: 'Put a glob that starts with "*" in quotes',
  MULTIPLE_DOCS: "Keep one document in the file",
};

function badYaml(source: Source, document: Document, error: YAMLError): Failure {
  const opening = openingBefore(source, document, error);
  if (opening !== undefined) return notClosed(source, opening);
  const [at, end] = error.pos;
  const start = error.code === "BAD_INDENT" ? at + (/^[ ]*/.exec(source.text.slice(at))?.[0].length ?? 0) : at;
  const hint = HINTS[error.code] ?? "Compare the line with those around it: indents, colons, quotes and brackets";
  const sentence = error.message.replace(/\.$/, "").replace(/\s+/g, " ");
  return {
    code: "config/bad-yaml",
    class: "usage",
    message: `This is not YAML: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`,
    place: source.place({ start, end: Math.max(end, start + 1) }),
    hint,
  };
}

/** `*name` without an anchor of that name before it, which most often is a glob without its quotes. */
function danglingAliases(source: Source, document: Document): Failure[] {
  const failures: Failure[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.source === "" || alias.resolve(document) !== undefined) return;
      const [start, end] = alias.range ?? [0, 1];
      failures.push({
        code: "config/bad-yaml",
        class: "usage",
        message: `This is not YAML: *${alias.source} is an alias, and no anchor &${alias.source} stands before it`,
        place: source.place({ start, end }),
        hint: `Put it in quotes where it is a glob: "*${alias.source}"`,
      });
    },
  });
  return failures;
}

function notClosed(source: Source, opening: number): Failure {
  const sign = source.text[opening] ?? "";
  return {
    code: "config/bad-yaml",
    class: "usage",
    message: `This is not YAML: the ${sign} that opens here is not closed`,
    place: source.place({ start: opening, end: opening + 1 }),
    hint: `Add the closing ${CLOSING[sign] ?? sign}`,
  };
}

/** Where the bracket or quote stands whose end an error misses. */
function openingBefore(source: Source, document: Document, error: YAMLError): number | undefined {
  if (error.code !== "MISSING_CHAR" && !/flow (map|sequence|collection)/i.test(error.message)) return undefined;
  let opening: number | undefined;
  visit(document, {
    Node(_, node) {
      const [start, end] = node.range ?? [0, 0];
      const sign = source.text[start] ?? "";
      const opens = (isCollection(node) && node.flow === true) || (isScalar(node) && /["']/.test(sign));
      const closed = end - start > 1 && CLOSING[sign] === source.text[end - 1];
      if (opens && !closed && start < error.pos[1]) opening = start;
    },
  });
  return opening;
}

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]", '"': '"', "'": "'" };

function duplicateKey(source: Source, document: Document, error: YAMLError): Failure {
  const { key, first, second } = pairAt(document, error.pos[0]);
  return {
    code: "config/duplicate-key",
    class: "usage",
    message: key === undefined ? "A key is written twice" : `The key "${key}" is written twice`,
    place: source.place(second),
    ...(first === undefined ? {} : { related: [{ message: "it stands here already", place: source.place(first) }] }),
    hint: "Remove or rename one of them",
  };
}

/** The key at an offset, and its first appearance in the same map. */
function pairAt(document: Document, offset: number): { key?: string; first?: Span; second: Span } {
  let found: { key?: string; first?: Span; second: Span } = { second: { start: offset, end: offset + 1 } };
  visit(document, {
    Map(_, map) {
      const spans = map.items.map((pair) => ({ key: keyText(pair), span: spanOf(pair.key) }));
      const second = spans.find(({ span }) => span?.start === offset);
      if (!isMap(map) || second?.span === undefined) return;
      const first = spans.find(({ key }) => key === second.key)?.span;
      found = { key: second.key, second: second.span, ...(first === undefined ? {} : { first }) };
      return visit.BREAK;
    },
  });
  return found;
}

function spanOf(node: unknown): Span | undefined {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  return Array.isArray(range) ? { start: Number(range[0]), end: Number(range[1]) } : undefined;
}
