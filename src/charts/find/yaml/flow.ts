import { BEYOND, type Cursor, deeper } from "./cursor.ts";
import type { Entry, Node, Text } from "./node.ts";
import { quoted } from "./scalar.ts";

/** A flow collection, JSON included, over lines that stand further in than `parent`; the cursor ends behind it. */
export function flow(cursor: Cursor, parent: number): Node {
  const start = cursor.at;
  const node = collection(cursor);
  const lines = cursor.text.slice(start, cursor.at).split("\n");
  if (lines.some((line, index) => index > 0 && line !== "" && line.search(/[^ ]|$/) <= parent)) throw BEYOND;
  return node;
}

function collection(cursor: Cursor): Node {
  return deeper(cursor, () => (cursor.text[cursor.at] === "{" ? flowMap(cursor) : flowList(cursor)));
}

function flowMap(cursor: Cursor): Node {
  const entries: Entry[] = [];
  cursor.at++;
  for (;;) {
    if (taken(cursor, "}")) return { kind: "map", entries };
    const key = scalar(cursor);
    const value = taken(cursor, ":") ? entryValue(cursor) : nothing(cursor.at);
    entries.push({ key: key.value, value });
    if (taken(cursor, "}")) return { kind: "map", entries };
    if (!taken(cursor, ",")) throw BEYOND;
  }
}

function flowList(cursor: Cursor): Node {
  const items: Node[] = [];
  cursor.at++;
  for (;;) {
    if (taken(cursor, "]")) return { kind: "list", items };
    items.push(flowValue(cursor));
    if (taken(cursor, "]")) return { kind: "list", items };
    // What is no comma here is a pair without braces, or wrong.
    if (!taken(cursor, ",")) throw BEYOND;
  }
}

function flowValue(cursor: Cursor): Node {
  skipGaps(cursor);
  const character = peek(cursor);
  if (character === "{" || character === "[") return collection(cursor);
  return scalar(cursor);
}

function entryValue(cursor: Cursor): Node {
  skipGaps(cursor);
  const character = peek(cursor);
  return character === "," || character === "}" ? nothing(cursor.at) : flowValue(cursor);
}

function scalar(cursor: Cursor): Text {
  const { text, at: start, end: limit } = cursor;
  const first = peek(cursor);
  if (first === '"' || first === "'") return quoted(cursor);
  // Nothing at all is in every string: the text has ended.
  if (
    "&*!%@`|>#,{}[]?:".includes(first) ||
    (first === "-" && " \n\t".includes(text[start + 1] ?? " ")) ||
    text.startsWith("<<", start)
  )
    throw BEYOND;
  while (cursor.at < limit && !endsPlain(text, cursor.at)) cursor.at++;
  const value = text.slice(start, cursor.at).trimEnd();
  const end = start + value.length;
  if (value === "" || cursor.at >= limit) throw BEYOND;
  return { kind: "text", value, style: "plain", start, end };
}

function endsPlain(text: string, at: number): boolean {
  const character = text[at] ?? "";
  if (",[]{}\n".includes(character)) return true;
  if (character === ":") return " \n,[]{}".includes(text[at + 1] ?? " ");
  return character === "#" && text[at - 1] === " ";
}

/** Passes over gaps, and over the character where it is the next one. */
function taken(cursor: Cursor, character: string): boolean {
  skipGaps(cursor);
  if (peek(cursor) !== character) return false;
  cursor.at++;
  return true;
}

function skipGaps(cursor: Cursor): void {
  while (cursor.at < cursor.end && " \n\t".includes(cursor.text[cursor.at] ?? "")) cursor.at++;
}

const peek = ({ text, at, end }: Cursor): string => (at < end ? (text[at] ?? "") : "");

const nothing = (at: number): Text => ({ kind: "text", value: "", style: "plain", start: at, end: at });
