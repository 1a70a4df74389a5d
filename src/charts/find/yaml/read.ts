import { readWithLibrary, type YamlMistake } from "./library.ts";
import type { Node } from "./node.ts";
import { readQuickly } from "./quick.ts";

/** One document of a text. Its offsets are those of the whole text. */
export interface YamlDocument {
  readonly start: number;
  readonly end: number;
  /** Undefined where it is empty, or where it is no YAML. */
  readonly root: Node | undefined;
  readonly mistake: YamlMistake | undefined;
}

/** The documents of a YAML or JSON text. One that is no YAML does not keep the others from being read. */
export function readDocuments(text: string): readonly YamlDocument[] {
  const isPlain = !text.includes("\r") && !text.startsWith("\ufeff");
  return partsOf(text).map(({ start, content, end }) => {
    const quick = isPlain && content !== undefined ? readQuickly(text, content, end) : "beyond";
    return quick === "beyond" ? readSlowly(text, start, end) : { start, end, root: quick, mistake: undefined };
  });
}

function readSlowly(text: string, start: number, end: number): YamlDocument {
  const read = readWithLibrary(text.slice(start, end));
  if ("mistake" in read) {
    const { message } = read.mistake;
    const mistake = { message, start: start + read.mistake.start, end: start + read.mistake.end };
    return { start, end, root: undefined, mistake };
  }
  return { start, end, root: read.root && moved(read.root, start), mistake: undefined };
}

interface Part {
  readonly start: number;
  /** Where its first line of its own starts; undefined where it begins beside the marker. */
  readonly content: number | undefined;
  readonly end: number;
}

/** What stands between the markers `---` and `...` (YAML 1.2, chapter 9). */
function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let part: Omit<Part, "end"> = { start: 0, content: 0 };
  for (const marker of markersIn(text)) {
    parts.push({ ...part, end: marker });
    const lineEnd = text.indexOf("\n", marker);
    const beside = text.slice(marker + 3, lineEnd === -1 ? text.length : lineEnd);
    const next = lineEnd === -1 ? text.length : lineEnd + 1;
    const isBare = /^\s*(?:#.*)?$/.test(beside);
    part =
      text[marker] === "." ? { start: next, content: next } : { start: marker, content: isBare ? next : undefined };
  }
  parts.push({ ...part, end: text.length });
  return parts.filter(({ start, end }) => !isOnlyDirectives(text, start, end));
}

function* markersIn(text: string): Generator<number> {
  if (isMarker(text, 0)) yield 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
    if (isMarker(text, at + 1)) yield at + 1;
}

function isMarker(text: string, at: number): boolean {
  if (!text.startsWith("---", at) && !text.startsWith("...", at)) return false;
  const behind = text[at + 3];
  return behind === undefined || behind === "\n" || behind === " " || behind === "\t" || behind === "\r";
}

/** `%YAML 1.2` before the first marker is no document. */
function isOnlyDirectives(text: string, start: number, end: number): boolean {
  return (
    text[start] === "%" &&
    text
      .slice(start, end)
      .split("\n")
      .every((line) => /^(?:[%#].*|\s*)$/.test(line))
  );
}

function moved(node: Node, by: number): Node {
  if (by === 0) return node;
  switch (node.kind) {
    case "text":
      return { ...node, start: node.start + by, end: node.end + by };
    case "map":
      return { kind: "map", entries: node.entries.map(({ key, value }) => ({ key, value: moved(value, by) })) };
    case "list":
      return { kind: "list", items: node.items.map((item) => moved(item, by)) };
  }
}
