import type { Cell, Status } from "./status.ts";

/** Whether a release is complete, and what it waits for. */
export interface Verdict {
  readonly state: "complete" | "incomplete" | "waiting" | "conflict";
  /** Images at targets that are as they should be, of how many. */
  readonly done: number;
  readonly of: number;
  /** What has to happen, each in a few words, the most pressing first. */
  readonly waitsFor: readonly string[];
  /** 0 complete, 1 something is to be done here, 3 a conflict, 4 only others have something to do. */
  readonly exitCode: 0 | 1 | 3 | 4;
}

/** What keeps an image from being where it should be; undefined where nothing does. */
function need(cell: Cell): "conflict" | "work" | "outside" | undefined {
  switch (cell.state) {
    case "absent":
    case "up-to-date":
    case "there":
    case "tag-moved":
    case "published":
      return undefined;
    case "conflict":
      return "conflict";
    case "pushed":
    case "submitted":
    case "certified":
      return cell.whose === "theirs" ? "outside" : "work";
    case "missing":
    case "other-digest":
    case "unsigned":
    case "failed":
    case "unknown":
      return "work";
  }
}

const WORDS: Readonly<Record<string, string>> = {
  conflict: "in conflict with an immutable tag",
  missing: "missing",
  "other-digest": "at another digest",
  unsigned: "unsigned",
  failed: "failed",
  unknown: "unknown",
};

/** Judges a release as a whole. */
export function verdictOf({ rows }: Status): Verdict {
  const all = rows.flatMap(({ name, cells }) => [...cells].map(([target, cell]) => ({ name, target, cell })));
  const wanted = all.filter(({ cell }) => cell.state !== "absent");
  const open = wanted.filter(({ cell }) => need(cell) !== undefined);
  const has = (kind: ReturnType<typeof need>): boolean => open.some(({ cell }) => need(cell) === kind);
  const state = open.length === 0 ? "complete" : has("conflict") ? "conflict" : has("work") ? "incomplete" : "waiting";
  return {
    state,
    done: wanted.length - open.length,
    of: wanted.length,
    waitsFor: [...Object.entries(WORDS).flatMap(([what, words]) => atTargets(open, what, words)), ...stages(open)],
    exitCode: { complete: 0, incomplete: 1, conflict: 3, waiting: 4 }[state] as Verdict["exitCode"],
  };
}

interface Open {
  readonly name: string;
  readonly target: string;
  readonly cell: Cell;
}

/** `2 missing at harbor (kubectl, mc)`. */
function atTargets(open: readonly Open[], state: string, words: string): readonly string[] {
  const targets = [...new Set(open.filter(({ cell }) => cell.state === state).map(({ target }) => target))];
  return targets.map((target) => {
    const names = open.filter((one) => one.cell.state === state && one.target === target).map(({ name }) => name);
    return `${names.length} ${words} at ${target} (${shortened(names)})`;
  });
}

/** What is to happen at a registry that publishes in stages, each once. */
function stages(open: readonly Open[]): readonly string[] {
  const waits = open.flatMap(({ cell }) => ("waitsFor" in cell && cell.state !== "failed" ? [cell.waitsFor] : []));
  return [...new Set(waits)];
}

const MOST_NAMES = 5;

function shortened(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
