import type { Segment } from "./marks.ts";

/** A rendered reference, and what it should say instead. */
export interface Equation {
  readonly segments: readonly Segment[];
  readonly wanted: string;
}

/**
 * What each marked value must be so that every rendered reference says what is wanted of it. References that cannot
 * be had (nothing of them comes from values, or others want something else of the same value) are left as they are.
 */
export function solve(equations: readonly Equation[]): ReadonlyMap<number, string> {
  const solved = new Map<number, string>();
  const open = new Set(equations);
  // Those with one unknown leave no choice: they are settled before those that could be met in several ways.
  for (let unknowns = 1; open.size > 0 && unknowns <= MOST_UNKNOWNS; ) {
    const ready = [...open].filter((equation) => unknownsOf(equation.segments, solved) <= unknowns);
    for (const equation of ready) {
      open.delete(equation);
      for (const [leaf, value] of assign(equation, solved) ?? []) solved.set(leaf, value);
    }
    unknowns = ready.length > 0 ? 1 : unknowns + 1;
  }
  return solved;
}

const MOST_UNKNOWNS = 4;

const unknownsOf = (segments: readonly Segment[], solved: ReadonlyMap<number, string>): number =>
  new Set(segments.flatMap((segment) => (segment.kind === "value" && !solved.has(segment.leaf) ? [segment.leaf] : [])))
    .size;

/**
 * Values for the unknowns of one reference: each takes as little as the text behind it allows, the last one the rest,
 * so that of `registry/repository` the registry becomes the host alone. Undefined where they cannot be chosen.
 */
function assign({ segments, wanted }: Equation, solved: ReadonlyMap<number, string>): Map<number, string> | undefined {
  const source = segments.map((segment) => expressionFor(segment, solved, segments)).join("");
  const match = new RegExp(`^${source}$`).exec(wanted);
  if (match === null) return undefined;
  return new Map(Object.entries(match.groups ?? {}).map(([name, value]) => [Number(name.slice(1)), value]));
}

function expressionFor(segment: Segment, solved: ReadonlyMap<number, string>, all: readonly Segment[]): string {
  if (segment.kind === "own") return escaped(segment.text);
  const known = solved.get(segment.leaf);
  if (known !== undefined) return escaped(known);
  const isFirst =
    all.findIndex((other) => other.kind === "value" && other.leaf === segment.leaf) === all.indexOf(segment);
  return isFirst ? `(?<v${segment.leaf}>.+?)` : `\\k<v${segment.leaf}>`;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
