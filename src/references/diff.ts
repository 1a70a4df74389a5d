const CONTEXT = 3;

/**
 * A unified diff of two texts whose lines stand in pairs, as `diff -u` and git write it; empty where they are equal.
 * Line ends are those of the texts.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const changed = old.flatMap((line, index) => (line === fresh[index] ? [] : [index]));
  if (changed.length === 0) return "";
  const hunks = hunksOf(changed, old.length).map(([from, to]) => hunk(old, fresh, from, to));
  return `--- a/${path}\n+++ b/${path}\n${hunks.join("")}`;
}

/** First and last line of every hunk, changes near each other in one. */
function hunksOf(changed: readonly number[], lines: number): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = [];
  for (const line of changed) {
    const [from, to] = [Math.max(0, line - CONTEXT), Math.min(lines - 1, line + CONTEXT)];
    const last = hunks.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = to;
    else hunks.push([from, to]);
  }
  return hunks;
}

function hunk(old: readonly string[], fresh: readonly string[], from: number, to: number): string {
  const count = to - from + 1;
  const range = `${from + 1}${count === 1 ? "" : `,${count}`}`;
  const lines: string[] = [];
  for (let at = from; at <= to; at++) {
    if (old[at] === fresh[at]) {
      lines.push(shown(" ", old[at]));
      continue;
    }
    const start = at;
    while (at < to && old[at + 1] !== fresh[at + 1]) at++;
    lines.push(...old.slice(start, at + 1).map((line) => shown("-", line)));
    lines.push(...fresh.slice(start, at + 1).map((line) => shown("+", line)));
  }
  return `@@ -${range} +${range} @@\n${lines.join("")}`;
}

function shown(mark: string, line = ""): string {
  return line.endsWith("\n") ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`;
}

/** Lines with their ends; the last may have none. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
