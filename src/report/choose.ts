import type { Color } from "./paint.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
export type ReportKind = "live" | "lines" | "json" | "quiet";

/** What of an output stream says whether a person watches it. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Colours: off by `NO_COLOR`, on by `FORCE_COLOR`, else on where a terminal can show them. */
export function colorFor(env: Environment, stream: Terminal): Color {
  if (isSet(env.NO_COLOR)) return "off";
  if (isOn(env.FORCE_COLOR)) return "on";
  return stream.isTTY === true && env.TERM !== "dumb" ? "on" : "off";
}

/** The form of a report: what was asked for, else live on a terminal that can be drawn on, else lines. */
export function reportKindFor(asked: "json" | "quiet" | undefined, env: Environment, stream: Terminal): ReportKind {
  if (asked !== undefined) return asked;
  const drawable = stream.isTTY === true && (stream.columns ?? 0) > 0 && env.TERM !== "dumb";
  return drawable && !isCi(env) ? "live" : "lines";
}

/** Lines in CI carry date and zone, because they are kept and read elsewhere; else the time of day is enough. */
export function stampFor(env: Environment): "iso" | "clock" {
  return isCi(env) ? "iso" : "clock";
}

/** Whether a program and not a person runs this: `CI` is set, and neither `0` nor `false`. */
export const isCi = (env: Environment): boolean => isOn(env.CI);

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function isOn(value: string | undefined): boolean {
  return isSet(value) && value !== "0" && value?.toLowerCase() !== "false";
}
