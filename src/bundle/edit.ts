import { isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import { type ManifestText, readManifest } from "./document.ts";

/** A part of a text, and what is to stand there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const applyEdit = (text: string, { start, end, text: by }: Edit): string =>
  text.slice(0, start) + by + text.slice(end);

/** The map of a manifest that entries are to be set in; undefined where it has none. */
export type FindMap = (manifest: ManifestText) => YAMLMap | undefined;

/**
 * A manifest in which a map says what it shall, with its layout untouched: a value that differs is replaced, a key that
 * is missing is put where the order of the others wants it. Nothing is set where there is no such map.
 */
export function setEntries(
  text: string,
  file: string,
  find: FindMap,
  entries: Readonly<Record<string, string>>,
): string {
  let edited = text;
  for (const [key, value] of Object.entries(entries)) {
    const manifest = readManifest(edited, file);
    const map = find(manifest);
    if (map === undefined) continue;
    const pair = map.items.find((item) => keyOf(item) === key);
    if (pair !== undefined && isScalar(pair.value) && pair.value.value === value) continue;
    const flow = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    const edit =
      pair === undefined
        ? insertEntry(manifest, map, { key, block: [`${key}: ${scalar(value)}`], flow })
        : replaceValue(pair, map.flow === true ? JSON.stringify(value) : scalar(value));
    edited = applyEdit(edited, edit);
  }
  return edited;
}

/** An entry as it is written in a block and in a flow map. */
export interface NewEntry {
  readonly key: string;
  /** Lines, relative to the indentation of the map's keys. */
  readonly block: readonly string[];
  readonly flow: string;
}

/** Puts an entry into a map: before the first later key where the keys are sorted, otherwise last. */
export function insertEntry({ text }: ManifestText, map: YAMLMap, { key, block, flow }: NewEntry): Edit {
  const next = isSorted(map) ? map.items.find((item) => keyOf(item) > key) : undefined;
  if (map.flow === true) {
    if (next !== undefined) return at(startOf(next), `${flow}, `);
    const last = map.items.at(-1);
    return last === undefined ? at((map.range?.[0] ?? 0) + 1, flow) : at(endOf(last), `, ${flow}`);
  }
  const eol = lineEnd(text);
  const indent = " ".repeat(columnOf(text, startOf(map.items[0])));
  const lines = block.map((line) => `${indent}${line}`).join(eol);
  if (next !== undefined) return at(beforeComments(text, lineStart(text, startOf(next))), lines + eol);
  return atLineEnd(text, endOf(map.items.at(-1)), lines);
}

/** Puts lines behind the line in which something ends. */
export function atLineEnd(text: string, offset: number, lines: string): Edit {
  const eol = lineEnd(text);
  // A block scalar ends behind its line break.
  if (text[offset - 1] === "\n") return at(offset, lines + eol);
  const newline = text.indexOf("\n", offset);
  return newline === -1 ? at(text.length, eol + lines) : at(newline + 1, lines + eol);
}

export const lineEnd = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

/** The column, from 0, in which an offset stands. */
export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** A string as both YAML 1.1 and 1.2 read it as that string. */
export function scalar(value: string): string {
  const plain = /^[A-Za-z][\w./@:+,-]*$/.test(value) && !value.endsWith(":");
  const keyword = /^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value);
  return plain && !keyword ? value : JSON.stringify(value);
}

const at = (offset: number, text: string): Edit => ({ start: offset, end: offset, text });

export const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

const startOf = (pair: Pair | undefined): number => (isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0);

/** Where the last value of a node ends: what stands behind it, blanks and comments, is not part of it. */
export function endOfNode(node: unknown): number {
  if (isMap(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  if (isSeq(node) && node.flow !== true && node.items.length > 0) return endOfNode(node.items.at(-1));
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}

function endOf(pair: Pair | undefined): number {
  return isNode(pair?.value) ? endOfNode(pair.value) : endOfNode(pair?.key);
}

function replaceValue(pair: Pair, value: string): Edit {
  const start = isNode(pair.value) ? (pair.value.range?.[0] ?? 0) : endOfNode(pair.key);
  const end = Math.max(start, endOf(pair));
  return { start, end, text: start === end ? ` ${value}` : value };
}

function isSorted(map: YAMLMap): boolean {
  const keys = map.items.map(keyOf);
  return keys.every((key, index) => index === 0 || (keys[index - 1] ?? "") <= key);
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** Comments above a key belong to it. */
function beforeComments(text: string, start: number): number {
  let from = start;
  while (from > 0) {
    const previous = lineStart(text, from - 1);
    if (!/^[ \t]*#/.test(text.slice(previous, from))) break;
    from = previous;
  }
  return from;
}
