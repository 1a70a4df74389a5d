import { BEYOND, type Cursor, lineEnd, toContent } from "./cursor.ts";
import type { Text } from "./node.ts";

/** A literal or folded block (YAML 1.2, chapter 8.1). Goes on to the next content. */
export function blockScalar(cursor: Cursor, parent: number): Text {
  const { text } = cursor;
  const headerEnd = lineEnd(cursor, cursor.at);
  const header = /^([|>])([+-]?)(?: +#.*| *)$/.exec(text.slice(cursor.at, headerEnd));
  // A number in the header says how far the block is indented: rare enough for the library.
  if (header === null) throw BEYOND;
  const style = header[1] === "|" ? "literal" : "folded";
  cursor.at = Math.min(headerEnd + 1, cursor.end);
  const { lines, start, end } = linesOf(cursor, parent);
  toContent(cursor);
  const value = chomp(style === "literal" ? lines.join("\n") : fold(lines), lines, header[2] ?? "");
  return { kind: "text", value, style, start, end };
}

interface Lines {
  readonly lines: readonly string[];
  readonly start: number;
  readonly end: number;
}

function linesOf(cursor: Cursor, parent: number): Lines {
  const { text, end: limit } = cursor;
  const lines: string[] = [];
  let indent: number | undefined;
  let leads = 0;
  let start = cursor.at;
  let end = cursor.at;
  while (cursor.at < limit) {
    const lineLimit = lineEnd(cursor, cursor.at);
    let content = cursor.at;
    while (content < lineLimit && text[content] === " ") content++;
    const column = content - cursor.at;
    if (content < lineLimit) {
      if (column <= parent) break;
      if (indent === undefined) {
        if (text[content] === "\t") throw BEYOND;
        // Empty lines that are further in than the first with content are a mistake.
        if (lines.some((line) => line.length > column)) throw BEYOND;
        indent = column;
        leads = lines.length;
        start = content;
      } else if (column < indent) throw BEYOND;
    }
    const isLead = indent === undefined;
    lines.push(text.slice(isLead ? cursor.at : Math.min(cursor.at + (indent ?? 0), lineLimit), lineLimit));
    if (content < lineLimit) end = lineLimit;
    cursor.at = lineLimit + 1;
  }
  if (indent === undefined) return { lines: [], start, end: start };
  return { lines: lines.map((line, index) => (index < leads ? "" : line)), start, end };
}

/** Line ends become spaces, but not around lines that are empty or further in. */
function fold(lines: readonly string[]): string {
  let folded = "";
  let breaks = 0;
  let before = "";
  for (const [index, line] of lines.entries()) {
    if (index > 0) breaks++;
    if (line === "") continue;
    const isApart = /^[ \t]/.test(line) || /^[ \t]/.test(before) || folded === "";
    folded += isApart ? "\n".repeat(breaks) : breaks === 1 ? " " : "\n".repeat(breaks - 1);
    folded += line;
    before = line;
    breaks = 0;
  }
  return folded + "\n".repeat(breaks);
}

function chomp(value: string, lines: readonly string[], sign: string): string {
  if (lines.length === 0) return "";
  if (sign === "+") return `${value}\n`;
  const stripped = value.replace(/\n+$/, "");
  return sign === "-" || stripped === "" ? stripped : `${stripped}\n`;
}
