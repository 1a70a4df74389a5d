import { unreachable } from "../../failure/index.ts";
import type { Leaf } from "./leaves.ts";
import type { Change } from "./set-in.ts";

/** What a manifest writes where marked values were rendered: its own text, and the values in it by their number. */
export type Segment =
  | { readonly kind: "own"; readonly text: string }
  | { readonly kind: "value"; readonly leaf: number };

/** A text for each leaf that no chart has, and that reads like the name of an image wherever it comes to stand. */
const nameMark = (leaf: number): string => `marked-${leaf}.invalid/image`;
/** With a version, for leaves that bring theirs. */
const versionMark = (leaf: number): string => `${nameMark(leaf)}:marked`;
/** For tags, which have no slash. */
const tagMark = (leaf: number): string => `marked-${leaf}.tag`;
const MARK = /marked-(\d+)\.(?:invalid\/image(?::marked(?!-))?|tag)/g;

/** The values to be marked, and the mark of each; texts with references somewhere inside are not marked. */
export function marksFor(leaves: readonly Leaf[]): readonly Change[] {
  return leaves.flatMap((leaf, number) => {
    const to = markFor(leaf, number);
    return to === undefined ? [] : [{ path: leaf.path, to }];
  });
}

function markFor(leaf: Leaf, number: number): string | undefined {
  switch (leaf.kind) {
    case "part":
      return leaf.ending === "version" ? versionMark(number) : nameMark(number);
    case "tag":
      return tagMark(number);
    case "around":
      return undefined;
    default:
      return unreachable(leaf);
  }
}

/** Takes a rendered reference apart at the marks in it. */
export function segmentsOf(written: string): readonly Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of written.matchAll(MARK)) {
    if (match.index > end) segments.push({ kind: "own", text: written.slice(end, match.index) });
    segments.push({ kind: "value", leaf: Number(match[1]) });
    end = match.index + match[0].length;
  }
  if (end < written.length) segments.push({ kind: "own", text: written.slice(end) });
  return segments;
}
