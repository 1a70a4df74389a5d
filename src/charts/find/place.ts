import { formatPath } from "./at.ts";
import type { FoundPlace } from "./finding.ts";
import type { Located } from "./gather.ts";
import type { Lines } from "./lines.ts";
import type { Seen } from "./search.ts";

/** Says where an image was seen, in lines and columns of its source. */
export function locate(seen: Seen, source: string, lines: Lines): Located {
  const { start, end, exactness } = rangeOf(seen, source);
  const lineEnd = source.indexOf("\n", start);
  const text = source.slice(start, Math.min(end, lineEnd === -1 ? end : lineEnd));
  const place: FoundPlace = {
    ...seen.at.scope.facts,
    path: formatPath(seen.at),
    ...lines.position(start),
    text,
    exactness,
    written: seen.written,
    rule: seen.rule,
    certainty: seen.certainty,
  };
  return { place, reference: seen.reference };
}

function rangeOf({ at, from, to }: Seen, source: string): ReturnType<typeof at.scope.toSource> {
  const { node, scope } = at;
  const isWhole = from === 0 && to === node.value.length;
  // Character by character where the scalar is written as it reads; a whole one is where it is, however it is written.
  const isVerbatim = scope.text.startsWith(node.value, node.start) && node.value.length <= node.end - node.start;
  const part = isVerbatim ? { start: node.start + from, end: node.start + to } : { start: node.start, end: node.end };
  const range = scope.toSource(part.start, part.end);
  if (range.exactness === "exact" && (isVerbatim || isWhole)) return range;
  const value = node.value.slice(from, to);
  const found = source.slice(range.start, range.end).indexOf(value);
  if (found === -1) return { ...range, exactness: "around" };
  return { start: range.start + found, end: range.start + found + value.length, exactness: "exact" };
}
