import { formatBytes } from "../units/bytes.ts";

export { formatBytes };

/** Bytes a second: `85 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** How long something took, of milliseconds: `12 ms`, `2.1 s`, `1m 05s`, `2h 05m`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return minutesAndHours(Math.round(ms / 1000));
}

/** A time that is only roughly known, of milliseconds, without fractions: `9 s`, `1m 05s`. */
export function formatRoughly(durationMs: number): string {
  const seconds = Math.max(0, Math.ceil(durationMs / 1000));
  return seconds < 60 ? `${seconds} s` : minutesAndHours(seconds);
}

/**
 * The time at the head of a line.
 *
 * - `iso`: date and time in UTC, to be compared with the logs of servers elsewhere and on other days;
 * - `clock`: the local time of day, for a person who is watching.
 */
export function formatTime(at: number, stamp: "iso" | "clock"): string {
  const date = new Date(at);
  if (stamp === "iso") return date.toISOString();
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** `1 node`, `30 nodes`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a, b, c (+4)`: the first few of many names. */
export function formatFew(names: readonly string[], few: number): string {
  const shown = names.slice(0, few).join(", ");
  return names.length > few ? `${shown} (+${names.length - few})` : shown;
}

function minutesAndHours(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  if (minutes < 60) return `${minutes}m ${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}
