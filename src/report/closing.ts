import { formatBytes, formatCount, formatDuration } from "./format.ts";
import type { RunModel } from "./model.ts";
import type { Style } from "./paint.ts";

/** The last line of a run: what its exit code means, in a sentence. */
export interface Closing {
  readonly style: Style;
  readonly text: string;
}

const NAMES = 3;

/** What the exit code of a run means. A run that never finished says so. */
export function closingOf(model: RunModel): Closing {
  const { finished } = model;
  if (finished === undefined) return { style: "red", text: `ended early: ${progress(model)}` };
  const code = `(exit ${finished.exitCode})`;
  switch (finished.exitCode) {
    case 0:
      return { style: "green", text: model.mode === "plan" ? planned(model) : done(model, finished.durationMs) };
    case 2:
      return { style: "red", text: `not done, the config or the command line is wrong: ${failed(model)} ${code}` };
    case 3:
      return { style: "red", text: `conflict with what is already published: ${failed(model)} ${code}` };
    case 4: {
      const names = few(model.settled("waiting").map(({ node }) => node.id));
      const waits = `${model.counts.waiting} of ${model.nodes.size} on the outside${names}`;
      return { style: "yellow", text: `waiting: ${waits}${others(model, ["waiting"])}; run again later ${code}` };
    }
    case 130:
    case 143:
      return { style: "yellow", text: `interrupted: ${progress(model)}; run again to go on ${code}` };
    default:
      return { style: "red", text: `failed: ${failed(model)} ${code}` };
  }
}

function done(model: RunModel, durationMs: number): string {
  const { counts, nodes } = model;
  if (nodes.size === 0) return "nothing to do: no node was selected";
  const moved = `${formatBytes(model.bytes)} moved in ${formatDuration(durationMs)}`;
  const rest = others(model, []);
  if (counts.changed > 0 || counts.upToDate === 0) {
    const parts = [
      ...some(counts.changed, "changed"),
      ...some(counts.upToDate, "up to date"),
      ...some(counts.ran, "ran"),
    ];
    return `done: ${allDone(model)} of ${nodes.size}${bracketed(parts)}, ${moved}${rest}`;
  }
  if (counts.ran === 0) return `nothing left to do: ${counts.upToDate} up to date, ${moved}${rest}`;
  return `nothing left to move: ${counts.upToDate} up to date, ${formatCount(counts.ran, "script")} ran, ${moved}${rest}`;
}

function planned(model: RunModel): string {
  const { counts, nodes } = model;
  if (nodes.size === 0) return "nothing to do: no node was selected";
  const parts = [
    ...(counts.changed > 0 ? [`${counts.changed} to do, ${formatBytes(model.bytes)} would move`] : []),
    ...(counts.changed + counts.ran === 0 ? ["nothing to do"] : []),
    ...some(counts.upToDate, "up to date"),
    ...(counts.ran > 0 ? [`${formatCount(counts.ran, "script")} would run`] : []),
  ];
  return `plan: ${parts.join("; ")}${others(model, [])}; nothing was written`;
}

function failed(model: RunModel): string {
  const names = model.settled("failed").map(({ node }) => node.id);
  return `${names.length} of ${model.nodes.size}${few(names)}${others(model, ["failed"])}`;
}

function progress(model: RunModel): string {
  const moved = model.mode === "plan" ? "" : `, ${formatBytes(model.bytes)} moved`;
  return `${allDone(model)} of ${model.nodes.size} done${moved}${others(model, ["cancelled", "blocked"])}`;
}

/** Nodes that are done, whether or not they had anything to do. */
export function allDone({ counts }: RunModel): number {
  return counts.changed + counts.upToDate + counts.ran + counts.without;
}

function some(count: number, word: string): string[] {
  return count > 0 ? [`${count} ${word}`] : [];
}

function bracketed(parts: readonly string[]): string {
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}

const REST = ["failed", "blocked", "skipped", "waiting", "cancelled"] as const;

/** `; 2 blocked; 1 skipped; 3 attempts repeated`: the other counts that are not zero. */
function others(model: RunModel, told: readonly (typeof REST)[number][]): string {
  const counts = REST.filter((kind) => !told.includes(kind) && model.counts[kind] > 0).map(
    (kind) => `${model.counts[kind]} ${kind}`,
  );
  return [...counts, ...repeated(model)].map((text) => `; ${text}`).join("");
}

/** What went wrong and was mended: the run was well in the end, and the registry or the network was not. */
export const repeated = (model: RunModel): string[] =>
  model.repeated === 0 ? [] : [`${formatCount(model.repeated, "attempt")} repeated`];

function few(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > NAMES ? `, and ${names.length - NAMES} more` : "";
  return ` (${names.slice(0, NAMES).join(", ")}${more})`;
}
