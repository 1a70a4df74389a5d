import { blockScalar } from "./block-scalar.ts";
import { BEYOND, type Cursor, deeper, isBlankAt, lineEnd, skipSpaces, toContent, toNextLine } from "./cursor.ts";
import { flow } from "./flow.ts";
import type { Entry, Node, Text } from "./node.ts";
import { keyAt, plain, quoted } from "./scalar.ts";

/**
 * Reads one document of the YAML that templates render: block maps and lists, flow collections, scalars of every
 * style. Gives "beyond" for a text that has more (anchors, tags, explicit keys, …) or that is wrong, and undefined for
 * an empty one. About thirty times as fast as the library, which reads the rest.
 */
export function readQuickly(text: string, from: number, to: number): Node | "beyond" | undefined {
  const cursor: Cursor = { text, end: to, at: from, column: 0, blanks: 0, comments: 0, depth: 0 };
  try {
    toContent(cursor);
    if (cursor.column === -1) return undefined;
    const root = block(cursor, -1);
    return cursor.column === -1 ? root : "beyond";
  } catch (thrown) {
    if (thrown === BEYOND) return "beyond";
    throw thrown;
  }
}

/** Whatever begins where the cursor stands; `parent` is the column of the collection it is in. */
function block(cursor: Cursor, parent: number): Node {
  if (isDash(cursor)) return deeper(cursor, () => list(cursor));
  const key = keyAt(cursor);
  return key === undefined ? inline(cursor, parent) : deeper(cursor, () => map(cursor, key));
}

function map(cursor: Cursor, first: { readonly key: string; readonly behind: number }): Node {
  const { column } = cursor;
  const entries: Entry[] = [];
  for (let found = first; ; ) {
    cursor.at = found.behind;
    entries.push({ key: found.key, value: entryValue(cursor, column) });
    if (cursor.column < column) return { kind: "map", entries };
    const next = cursor.column === column && !isDash(cursor) ? keyAt(cursor) : undefined;
    if (next === undefined) throw BEYOND;
    found = next;
  }
}

function entryValue(cursor: Cursor, column: number): Node {
  const start = cursor.at;
  skipSpaces(cursor);
  if (!isLineOver(cursor, start)) return inline(cursor, column);
  cursor.at = start;
  toNextLine(cursor);
  if (cursor.column > column) return block(cursor, column);
  // A list may stand at the column of its key.
  if (cursor.column === column && isDash(cursor)) return list(cursor);
  return nothing(start);
}

function list(cursor: Cursor): Node {
  const { column } = cursor;
  const items: Node[] = [];
  while (cursor.column === column && isDash(cursor)) items.push(listItem(cursor, column));
  if (cursor.column > column) throw BEYOND;
  return { kind: "list", items };
}

function listItem(cursor: Cursor, column: number): Node {
  const dash = cursor.at;
  cursor.at++;
  skipSpaces(cursor);
  if (isLineOver(cursor, dash + 1)) {
    cursor.at = dash + 1;
    toNextLine(cursor);
    return cursor.column > column ? block(cursor, column) : nothing(dash + 1);
  }
  cursor.column = column + cursor.at - dash;
  return block(cursor, column);
}

/** A value that begins and, but for blocks and folded lines, ends on this line. */
function inline(cursor: Cursor, parent: number): Node {
  const character = cursor.text[cursor.at] ?? "";
  if (character === "|" || character === ">") return blockScalar(cursor, parent);
  if (character === '"' || character === "'") return alone(cursor, quoted(cursor, parent));
  if (character === "{" || character === "[") return alone(cursor, flow(cursor, parent));
  return plain(cursor, parent);
}

function alone(cursor: Cursor, node: Node): Node {
  toNextLine(cursor);
  return node;
}

const isDash = (cursor: Cursor): boolean => cursor.text[cursor.at] === "-" && isBlankAt(cursor, cursor.at + 1);

/** True where nothing but a comment is left of the line. */
function isLineOver(cursor: Cursor, start: number): boolean {
  if (cursor.at >= lineEnd(cursor, cursor.at)) return true;
  if (cursor.text[cursor.at] === "\t") throw BEYOND;
  return cursor.text[cursor.at] === "#" && cursor.at > start;
}

const nothing = (at: number): Text => ({ kind: "text", value: "", style: "plain", start: at, end: at });
