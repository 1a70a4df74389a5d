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
  if (counts.changed === 0) return `nothing left to do: ${counts.upToDate} up to date${rest}, ${moved}`;
  const upToDate = counts.upToDate > 0 ? `, ${counts.upToDate} of them up to date before` : "";
  return `done: ${counts.changed + counts.upToDate} of ${nodes.size}${upToDate}${rest}; ${moved}`;
}

function planned(model: RunModel): string {
  const { counts, nodes } = model;
  if (nodes.size === 0) return "nothing to do: no node was selected";
  const rest = others(model, []);
  if (counts.changed === 0) return `nothing to do: ${counts.upToDate} of ${nodes.size} up to date${rest}`;
  const bytes = `${formatBytes(model.bytes)} would move`;
  return `to do: ${counts.changed} of ${nodes.size}, ${bytes}; ${counts.upToDate} up to date${rest}; nothing was written`;
}

function failed(model: RunModel): string {
  const names = model.settled("failed").map(({ node }) => node.id);
  const pins = model.pins.failures.length;
  if (names.length === 0 && pins > 0) return `${pins} of ${formatCount(model.pins.total, "version")}`;
  return `${names.length} of ${model.nodes.size}${few(names)}${others(model, ["failed"])}`;
}

function progress(model: RunModel): string {
  const all = model.counts.changed + model.counts.upToDate;
  const moved = model.mode === "plan" ? "" : `, ${formatBytes(model.bytes)} moved`;
  return `${all} of ${model.nodes.size} done${moved}${others(model, ["cancelled", "blocked"])}`;
}

const REST = ["failed", "blocked", "skipped", "waiting", "cancelled"] as const;

/** `; 2 blocked; 1 skipped`: the other counts that are not zero. */
function others(model: RunModel, told: readonly (typeof REST)[number][]): string {
  return REST.filter((kind) => !told.includes(kind) && model.counts[kind] > 0)
    .map((kind) => `; ${model.counts[kind]} ${kind}`)
    .join("");
}

function few(names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > NAMES ? `, and ${names.length - NAMES} more` : "";
  return ` (${names.slice(0, NAMES).join(", ")}${more})`;
}
