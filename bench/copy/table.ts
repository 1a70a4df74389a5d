import { median } from "./median.ts";
import { peakMbGoal, type WorkRow } from "./rows.ts";
import type { Measured, Turn } from "./turns.ts";

export interface Verdict {
  readonly what: string;
  readonly value: number;
  readonly goal: number;
}

/** The table of one kind of work: medians, and ratios to the best peer and to the floor. */
export function tableOf(measured: readonly Measured[]): string {
  const [best, floor] = [bestPeer(measured), wallOf(measured.find(({ kind }) => kind === "floor"))];
  const header = [
    "",
    "wall s",
    "range",
    "÷ best peer",
    "÷ floor",
    "CPU s",
    "+ registries",
    "peak MB",
    "requests",
    "MB down + up",
  ];
  const lines = measured.map((one) => lineOf(one, best, floor));
  const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
  const pad = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [header, rule, ...lines].map((line) => `| ${line.map(pad).join(" | ")} |`).join("\n");
}

/** What was aimed at in one kind of work, and what came of it. */
export function verdictsOf({ goals, title }: WorkRow, measured: readonly Measured[]): readonly Verdict[] {
  const mirror = measured.find(({ kind }) => kind === "mirror");
  const [wall, best] = [wallOf(mirror), bestPeer(measured)];
  const floor = wallOf(measured.find(({ kind }) => kind === "floor"));
  const peak = peakOf(mirror);
  const verdicts: Verdict[] = [];
  const ratio = (what: string, goal: number | undefined, by: number | undefined): void => {
    if (goal === undefined || wall === undefined || by === undefined) return;
    verdicts.push({ what: `${title}: ÷ ${what}`, value: wall / by, goal });
  };
  ratio("best peer", goals.peer, best);
  ratio("best peer that hashes", goals.hashingPeer, bestPeer(measured.filter(({ bytes }) => bytes === "hashed")));
  ratio("floor", goals.floor, floor);
  if (peak !== undefined) verdicts.push({ what: `${title}: peak MB`, value: peak, goal: peakMbGoal });
  return verdicts;
}

export const isMet = ({ value, goal }: Verdict): boolean => value <= goal;

export function verdictLine(verdict: Verdict): string {
  const digits = verdict.value < 10 ? 2 : 0;
  return `${verdict.what}: ${verdict.value.toFixed(digits)}, goal ≤ ${verdict.goal}: ${isMet(verdict) ? "met" : "MISSED"}`;
}

/** The best that any peer does, in milliseconds. */
function bestPeer(measured: readonly Measured[]): number | undefined {
  const walls = measured.filter(({ kind }) => kind === "peer").flatMap((one) => wallOf(one) ?? []);
  return walls.length === 0 ? undefined : Math.min(...walls);
}

function lineOf(one: Measured, best: number | undefined, floor: number | undefined): string[] {
  if (one.failure !== undefined) return [one.name, "failed", ...Array.from({ length: 8 }, () => "")];
  const wall = wallOf(one);
  const all = one.turns.map(({ wallMs }) => wallMs);
  const [cpu, peak] = [middle(one, ({ cpuMs }) => cpuMs), peakOf(one)];
  const per = (by: number | undefined): string =>
    wall === undefined || by === undefined ? "" : (wall / by).toFixed(2);
  const count = (of: (turn: Turn) => number): string => (middle(one, of) ?? 0).toFixed(0);
  const megabytes = (of: (turn: Turn) => number): string => ((middle(one, of) ?? 0) / 1e6).toFixed(0);
  return [
    one.name,
    seconds(wall),
    `${seconds(Math.min(...all))}–${seconds(Math.max(...all))}`,
    per(best),
    per(floor),
    seconds(cpu),
    seconds(cpu === undefined ? undefined : cpu + (middle(one, ({ registriesCpuMs }) => registriesCpuMs) ?? 0)),
    peak === undefined ? "" : peak.toFixed(0),
    `${count(({ atSource }) => atSource)} + ${count(({ atTarget }) => atTarget)}`,
    `${megabytes(({ downBytes }) => downBytes)} + ${megabytes(({ upBytes }) => upBytes)}`,
  ];
}

const wallOf = (one: Measured | undefined): number | undefined => middle(one, ({ wallMs }) => wallMs);
const peakOf = (one: Measured | undefined): number | undefined => middle(one, ({ peakMb }) => peakMb);

function middle(one: Measured | undefined, of: (turn: Turn) => number | undefined): number | undefined {
  return one?.failure === undefined ? median((one?.turns ?? []).flatMap((turn) => of(turn) ?? [])) : undefined;
}

const seconds = (ms: number | undefined): string => (ms === undefined ? "" : (ms / 1000).toFixed(ms < 9_950 ? 2 : 1));
