import { widthOf } from "./width.ts";

/**
 * A text as lines of at most so many columns, broken between words; those behind the first begin with `indent`. A word
 * that is wider than that stays whole, as a digest or a path does that someone wants to copy. Without a width (not on
 * a terminal) it stays one line.
 */
export function wrap(text: string, columns: number | undefined, indent: string): string[] {
  if (columns === undefined || widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  const [start = ""] = /^ */.exec(text) ?? [];
  let line = start;
  for (const word of text.slice(start.length).split(" ")) {
    const longer = line.trimStart() === "" ? `${line}${word}` : `${line} ${word}`;
    if (widthOf(longer) <= columns || line.trimStart() === "") {
      line = longer;
      continue;
    }
    lines.push(line);
    line = `${indent}${word}`;
  }
  return [...lines, line];
}
