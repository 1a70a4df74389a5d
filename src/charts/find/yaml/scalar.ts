import { decodeScalar } from "../../../bundle/index.ts";
import { BEYOND, type Cursor, isBlankAt, lineEnd, toContent } from "./cursor.ts";
import type { Text } from "./node.ts";

/** What a plain scalar cannot begin with, or what begins something the quick reader leaves to the library. */
const INDICATORS = new Set([..."&*!%@`|>{}[],#\t"]);
/** Escapes that are decoded; the few others of YAML are left to the library. */
const RARE_ESCAPE = /\\(?![nrt0bf"\\/ ]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/;

/** The key that begins where the cursor stands, and the offset behind its colon; undefined where none does. */
export function keyAt(cursor: Cursor): { readonly key: string; readonly behind: number } | undefined {
  const { text, at } = cursor;
  const character = text[at] ?? "";
  if (character === '"' || character === "'") return quotedKey(cursor);
  if (character === "{" || character === "[" || character === "|" || character === ">") return undefined;
  if (INDICATORS.has(character) || text.startsWith("<<:", at) || (character === "?" && isBlankAt(cursor, at + 1)))
    throw BEYOND;
  const end = lineEnd(cursor, at);
  for (let colon = text.indexOf(":", at); colon !== -1 && colon < end; colon = text.indexOf(":", colon + 1)) {
    if (!isBlankAt(cursor, colon + 1)) continue;
    const key = text.slice(at, colon);
    return key.includes(" #") ? undefined : { key: key.trimEnd(), behind: colon + 1 };
  }
  return undefined;
}

function quotedKey(cursor: Cursor): { readonly key: string; readonly behind: number } | undefined {
  const before = cursor.at;
  const { value, end } = quoted(cursor);
  while (cursor.text[cursor.at] === " ") cursor.at++;
  const isKey = cursor.text[cursor.at] === ":" && isBlankAt(cursor, cursor.at + 1) && end < lineEnd(cursor, before);
  const behind = cursor.at + 1;
  cursor.at = before;
  if (isKey && value === "<<") throw BEYOND;
  return isKey ? { key: value, behind } : undefined;
}

/** A quoted scalar, whose further lines stand further in than `parent`; the cursor ends behind its last quote. */
export function quoted(cursor: Cursor, parent = 0): Text {
  const { text, end: limit } = cursor;
  const start = cursor.at + 1;
  const style = text[cursor.at] === '"' ? "double" : "single";
  const end = style === "double" ? closingDouble(text, start) : closingSingle(text, start);
  if (end === -1 || end >= limit) throw BEYOND;
  cursor.at = end + 1;
  return { kind: "text", value: contentOf(text, { start, end, style }, parent), style, start, end };
}

function contentOf(text: string, scalar: Pick<Text, "start" | "end" | "style">, parent: number): string {
  const { start, end, style } = scalar;
  const raw = text.slice(start, end);
  const isFolded = raw.includes("\n");
  const content = isFolded ? foldLines(linesOf(raw, parent)) : raw;
  if (style === "single") return content.replaceAll("''", "'");
  if (!content.includes("\\")) return content;
  if (RARE_ESCAPE.test(content.replaceAll("\\\\", ""))) throw BEYOND;
  return decodeScalar(`"${content}"`, { type: "QUOTE_DOUBLE", range: [0, content.length + 2, content.length + 2] })
    .text;
}

function linesOf(raw: string, parent: number): readonly string[] {
  const lines = raw.split("\n");
  const isFarIn = lines.every((line, index) => index === 0 || line === "" || line.search(/[^ ]|$/) > parent);
  // Nor can it be folded where a line end is escaped.
  if (!isFarIn || lines.at(-1) === "" || lines.some((line) => line.trimEnd().endsWith("\\"))) throw BEYOND;
  return lines;
}

function closingDouble(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0 || at - slashes < start) return at;
  }
  return -1;
}

function closingSingle(text: string, start: number): number {
  for (let at = text.indexOf("'", start); at !== -1; at = text.indexOf("'", at + 2))
    if (text[at + 1] !== "'") return at;
  return -1;
}

/** A scalar without quotes, which may go on below, further in than its parent. Goes on to the next content. */
export function plain(cursor: Cursor, parent: number): Text {
  const { text, at: start } = cursor;
  const first = text[start] ?? "";
  if (INDICATORS.has(first) || ("-?:".includes(first) && isBlankAt(cursor, start + 1))) throw BEYOND;
  const lines: string[] = [];
  let end = start;
  for (;;) {
    const lineLimit = lineEnd(cursor, cursor.at);
    const line = text.slice(cursor.at, lineLimit);
    const comment = line.search(/[ \t]#/);
    const content = (comment === -1 ? line : line.slice(0, comment)).trimEnd();
    if (/:(?:[ \t]|$)/.test(content)) throw BEYOND;
    lines.push(content);
    end = cursor.at + content.length;
    cursor.at = lineLimit + 1;
    toContent(cursor);
    if (cursor.column <= parent) break;
    // Behind a comment a scalar cannot go on.
    if (comment !== -1 || cursor.comments > 0) throw BEYOND;
    for (let blank = 0; blank < cursor.blanks; blank++) lines.push("");
  }
  const value = lines.length === 1 ? (lines[0] ?? "") : foldLines(lines);
  return { kind: "text", value, style: "plain", start, end };
}

/** Lines of a scalar as one: a line end is a space, an empty line is a line end (YAML 1.2, 6.5). */
function foldLines(lines: readonly string[]): string {
  const last = lines.length - 1;
  let folded = "";
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    const content = index === 0 ? line.trimEnd() : index === last ? line.trimStart() : line.trim();
    if (index > 0) breaks++;
    if (content === "" && index !== last && index !== 0) continue;
    if (index > 0) folded += breaks === 1 ? " " : "\n".repeat(breaks - 1);
    folded += content;
    breaks = 0;
  }
  return folded;
}
