import type { Failure, Place } from "../failure/index.ts";
import { type Color, createPaint, type Paint } from "./paint.ts";
import { pathFromHere } from "./path-from-here.ts";
import { plainLine, widthOf } from "./width.ts";
import { wrap } from "./wrap.ts";

export interface FailureOptions {
  readonly color: Color;
  /** How the first line calls it; `error` unless said otherwise. */
  readonly severity?: "error" | "warning";
  /** Of the terminal; undefined where there is none, and lines are as long as they are. */
  readonly columns?: number | undefined;
}

/** Longest part of a line of source that is shown, on the widest terminal. */
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
export function renderFailure(failure: Failure, { color, severity = "error", columns }: FailureOptions): string {
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
  const framed = (place: Place) => frame(place, { gutter, severity, paint, columns });
  return [
    ...wrap(headline(failure, severity, paint), columns, "    "),
    ...(own === undefined ? [] : framed(own)),
    ...related.flatMap(({ message, place }) => [
      ...wrap(`  ${plainLine(message)}: ${paint("dim", position(place))}`, columns, "    "),
      ...framed(place),
    ]),
    ...(failure.detail ?? []).map((line) => paint("dim", `    ${plainLine(line)}`)),
    ...(failure.hint === undefined ? [] : wrap(`  ${paint("cyan", plainLine(failure.hint))}`, columns, "  ")),
  ].join("\n");
}

function headline({ code, message, place }: Failure, severity: "error" | "warning", paint: Paint): string {
  const where = place === undefined ? "" : `${paint("bold", position(place))}: `;
  const kind = paint(severity === "error" ? "red" : "yellow", `${severity} ${code}`);
  return `${where}${kind}: ${plainLine(message)}`;
}

const position = ({ file, line, column }: Place): string => `${pathFromHere(file)}:${line}:${column}`;

function isSame(one: Place, other: Place | undefined): boolean {
  return other !== undefined && position(one) === position(other);
}

interface Frame {
  /** Digits of the longest number of a line. */
  readonly gutter: number;
  readonly severity: "error" | "warning";
  readonly paint: Paint;
  readonly columns: number | undefined;
}

function frame(place: Place, { gutter, severity, paint, columns }: Frame): string[] {
  const besides = gutter + "   | ".length + "……".length;
  const { text, column, length } = cut(place, Math.min(FRAME_WIDTH, Math.max(20, (columns ?? 200) - besides)));
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
function cut({ text, column, length }: Place, width: number): { text: string; column: number; length: number } {
  const whole = text.trimEnd();
  if (whole.length <= width) return { text: whole, column, length };
  const start = Math.max(0, Math.min(column - 1 - Math.floor(width / 3), whole.length - width));
  const end = start + width;
  const lead = start > 0 ? "…" : "";
  const part = `${lead}${whole.slice(start, end)}${end < whole.length ? "…" : ""}`;
  return { text: part, column: column - start + lead.length, length: Math.min(length, end - column + 1) };
}
