import type { Difference } from "./difference.ts";
import type { Change } from "./rewrite.ts";
import type { FileText } from "./site.ts";

/** A file after its differences were mended. */
export interface Mended {
  readonly file: FileText;
  readonly text: string;
}

/**
 * Mends what can be mended, and touches nothing else: every other character stays as it is. Of changes that do not go
 * together none is made, as nobody can tell which of them is meant.
 */
export function mend(differences: readonly Difference[]): readonly Mended[] {
  const files = new Map<string, { file: FileText; changes: Change[] }>();
  for (const { file, fix, accepted } of differences) {
    if (file === undefined || fix.kind === "impossible" || accepted !== undefined) continue;
    const entry = files.get(file.key) ?? { file, changes: [] };
    entry.changes.push(...fix.changes);
    files.set(file.key, entry);
  }
  return [...files.values()].flatMap(({ file, changes }) => {
    const text = applied(file.text, consistent(changes));
    return text === file.text ? [] : [{ file, text }];
  });
}

/** Each change once, without those that want something else of the same characters. */
function consistent(changes: readonly Change[]): readonly Change[] {
  const once = [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
  const clash = (one: Change, other: Change): boolean =>
    one !== other && one.start <= other.end && other.start <= one.end;
  return once.filter((one) => !once.some((other) => clash(one, other))).sort((a, b) => a.start - b.start);
}

function applied(text: string, changes: readonly Change[]): string {
  let mended = "";
  let done = 0;
  for (const change of changes) {
    mended += text.slice(done, change.start) + change.text;
    done = change.end;
  }
  return mended + text.slice(done);
}
