import { availableParallelism, loadavg } from "node:os";

/** The same work done by several, in turns. */
export interface Comparison {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
  /** What was left out and why, or what the reader must know. */
  readonly notes: readonly string[];
}

/** Milliseconds of wall time, whole processes unless the title says otherwise. */
export interface Row {
  readonly name: string;
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
}

export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: "ms" | "×";
}

/** Prints what the machine is and a table for each comparison. Gives the exit code: 1 where a goal was missed. */
export function tell(comparisons: readonly Comparison[]): number {
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores`;
  console.log(`Node ${process.version}, ${machine}, load ${loadavg()[0]?.toFixed(1)}.`);
  for (const { title, rows, goals, notes } of comparisons) {
    console.log(`\n## ${title}\n\n${tableOf(rows)}\n`);
    for (const line of [...goals.map(goalLine), ...notes]) console.log(`- ${line}`);
  }
  return comparisons.flatMap(({ goals }) => goals).every(isMet) ? 0 : 1;
}

/** Times in milliseconds, and each as a multiple of the first row. */
function tableOf(rows: readonly Row[]): string {
  const first = rows[0]?.median ?? 1;
  const lines = rows.map(({ name, median, fastest, slowest }) => [
    name,
    ...[median, fastest, slowest].map((ms) => ms.toFixed(ms < 10 ? 1 : 0)),
    (median / first).toFixed(2),
  ]);
  const header = ["", "median ms", "fastest", "slowest", "× first"];
  const widths = header.map((_, column) => Math.max(...[header, ...lines].map((line) => line[column]?.length ?? 0)));
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [header, rule, ...lines].map((line) => `| ${line.map(pad).join(" | ")} |`).join("\n");
}

function goalLine(goal: Goal): string {
  const digits = goal.unit === "ms" ? 0 : 2;
  const told = `${goal.what}: ${goal.value.toFixed(digits)} ${goal.unit}, goal ${goal.limit} ${goal.unit} at most`;
  return `${told}: ${isMet(goal) ? "met" : "MISSED"}`;
}

const isMet = ({ value, limit }: Goal): boolean => value <= limit;
