import type { Failure, Place } from "../failure/index.ts";
import { type Color, createPaint, type Paint } from "./paint.ts";
import { plainLine, widthOf } from "./width.ts";

export interface FailureOptions {
  readonly color: Color;
  /** How the first line calls it; `error` unless said otherwise. */
  readonly severity?: "error" | "warning";
}

/** Longest part of a line of source that is shown. */
const FRAME_WIDTH = 140;

/**
 * A failure as lines of text, without a line end behind the last: what happened and where, the line of source with a
 * caret, related places each with theirs, evidence, and what to do.
 *
 *     mirror.config.yaml:4:5: error config/unknown-key: registries.harbor has no key "projct"
 *       4 |     projct: mlrun
 *         |     ^^^^^^
 *       Did you mean "project"?
 */
export function renderFailure(failure: Failure, { color, severity = "error" }: FailureOptions): string {
  const paint = createPaint(color);
  const related = failure.related ?? [];
  const places = related.map(({ place }) => place);
  // A story that goes through the first place again, as a cycle does, shows it there.
  const own =
    failure.place !== undefined && !places.some((place) => isSame(place, failure.place)) ? failure.place : undefined;
  const gutter = Math.max(
    0,
    ...[...places, ...(own === undefined ? [] : [own])].map(({ line }) => String(line).length),
  );
  return [
    headline(failure, severity, paint),
    ...(own === undefined ? [] : frame(own, gutter, severity, paint)),
    ...related.flatMap(({ message, place }) => [
      `  ${plainLine(message)}: ${paint("dim", position(place))}`,
      ...frame(place, gutter, severity, paint),
    ]),
    ...(failure.detail ?? []).map((line) => paint("dim", `    ${plainLine(line)}`)),
    ...(failure.hint === undefined ? [] : [`  ${paint("cyan", plainLine(failure.hint))}`]),
  ].join("\n");
}

function headline({ code, message, place }: Failure, severity: "error" | "warning", paint: Paint): string {
  const where = place === undefined ? "" : `${paint("bold", position(place))}: `;
  const kind = paint(severity === "error" ? "red" : "yellow", `${severity} ${code}`);
  return `${where}${kind}: ${plainLine(message)}`;
}

const position = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

function isSame(one: Place, other: Place | undefined): boolean {
  return other !== undefined && position(one) === position(other);
}

function frame(place: Place, gutter: number, severity: "error" | "warning", paint: Paint): string[] {
  const { text, column, length } = cut(place);
  const start = text.slice(0, column - 1);
  const marked = text.slice(column - 1, column - 1 + length);
  // Tabs stay tabs in front of the caret, so that both lines are as wide whatever a tab is.
  const space = start.replace(/[^\t]+/g, (part) => " ".repeat(widthOf(part)));
  const caret = paint(severity === "error" ? "red" : "yellow", "^".repeat(Math.max(1, widthOf(marked))));
  const shown = text.replace(/(?!\t)\p{Cc}/gu, " ");
  const line = paint("dim", `  ${String(place.line).padStart(gutter)} |`);
  const below = paint("dim", `  ${" ".repeat(gutter)} |`);
  return [`${line} ${shown}`.trimEnd(), `${below} ${space}${caret}`];
}

/** The place with the part of a long line that matters. */
function cut({ text, column, length }: Place): { text: string; column: number; length: number } {
  const whole = text.trimEnd();
  if (whole.length <= FRAME_WIDTH) return { text: whole, column, length };
  const start = Math.max(0, Math.min(column - 1 - Math.floor(FRAME_WIDTH / 3), whole.length - FRAME_WIDTH));
  const end = start + FRAME_WIDTH;
  const lead = start > 0 ? "…" : "";
  const part = `${lead}${whole.slice(start, end)}${end < whole.length ? "…" : ""}`;
  return { text: part, column: column - start + lead.length, length: Math.min(length, end - column + 1) };
}
