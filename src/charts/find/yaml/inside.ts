import { decodeScalar } from "../../../bundle/index.ts";
import { unreachable } from "../../../failure/index.ts";
import type { Text } from "./node.ts";

/** Where a character of a scalar's value stands in the text; undefined where the two cannot be laid side by side. */
export type OffsetInside = (index: number) => number | undefined;

/** Finds the characters of a scalar's value in the text it was read from. */
export function offsetsInside(text: string, scalar: Text): OffsetInside {
  const { style, value, start, end } = scalar;
  if (text.startsWith(value, start) && value.length <= end - start) return (index) => start + index;
  switch (style) {
    case "literal":
      return literal(text, scalar);
    case "single":
    case "double": {
      const type = style === "double" ? "QUOTE_DOUBLE" : "QUOTE_SINGLE";
      const decoded = decodeScalar(text, { type, range: [start - 1, end + 1, end + 1] });
      // A folded line end is no line end: such a scalar cannot be compared character by character.
      return decoded.text === value ? decoded.offsetOf : () => undefined;
    }
    case "plain":
    case "folded":
    case "alias":
      return () => undefined;
    default:
      return unreachable(style);
  }
}

/** Line by line, each as much further in as the first. */
function literal(text: string, { start, value }: Text): OffsetInside {
  const indent = start - (text.lastIndexOf("\n", start - 1) + 1);
  // Empty lines may come before the first that says where the block stands.
  const lead = /^\n*/.exec(value)?.[0].length ?? 0;
  const lines: { readonly index: number; readonly offset: number }[] = [];
  let offset = start - indent;
  for (let index = lead; index <= value.length; ) {
    lines.push({ index, offset });
    const lineEnd = value.indexOf("\n", index);
    const sourceEnd = text.indexOf("\n", offset);
    if (lineEnd === -1 || sourceEnd === -1) break;
    index = lineEnd + 1;
    offset = sourceEnd + 1;
  }
  return (index) => {
    const line = lastBefore(lines, index);
    return line === undefined ? undefined : line.offset + indent + index - line.index;
  };
}

function lastBefore<T extends { readonly index: number }>(lines: readonly T[], index: number): T | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.index ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return lines[low - 1];
}
