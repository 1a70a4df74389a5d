import type { Place } from "../failure/index.ts";
import type { FileText } from "./site.ts";

/** The place of a stretch of a file. */
export function placeOf({ shown, text }: FileText, start: number, end: number): Place {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).replace(/\r$/, "");
  return {
    file: shown,
    line: text.slice(0, lineStart).split("\n").length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(end - start, line.length - (start - lineStart))),
    text: line,
  };
}
