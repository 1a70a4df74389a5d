import type { Finding, Findings } from "../charts/find/index.ts";
import type { Config } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import {
  type ChartChange,
  changeSince,
  changeText,
  lockFileOf,
  type RenderedChart,
  readLock,
} from "../release/index.ts";
import type { Host } from "./command.ts";

/** What has changed in charts since their lock. */
export interface ChartChanges {
  /** By the name of the chart; none for one that the lock does not have. */
  readonly since: ReadonlyMap<string, ChartChange>;
  /** Where the lock does not say the same: what a frozen run would fail with. */
  readonly disagreements: readonly Failure[];
}

/** Compares charts with the lock beside the config. Throws what reading a lock throws. */
export async function chartChanges(
  host: Host,
  config: Config,
  charts: ReadonlyMap<string, RenderedChart>,
  { images }: Findings,
): Promise<ChartChanges> {
  const file = charts.size === 0 ? undefined : await readLock(lockFileOf(config.file), host.cwd);
  const known = new Map(images.map((finding) => [finding.reference, finding]));
  const since = new Map<string, ChartChange>();
  const disagreements: Failure[] = [];
  for (const [name, { version, findings }] of charts) {
    const locked = file?.lock.charts.get(name);
    const now = findings.images.map((finding): Finding => known.get(finding.reference) ?? finding);
    const change = locked === undefined ? undefined : changeSince(locked, now);
    if (change !== undefined) since.set(name, change);
    const says = difference(version, change);
    if (says !== undefined) disagreements.push(disagreement(config, name, says, change));
  }
  return { since, disagreements };
}

function difference(version: string, change: ChartChange | undefined): string | undefined {
  if (change === undefined) return "is a chart that the lock does not have";
  if (change.since !== version) return `is at version ${version}, and the lock has ${change.since}`;
  const text = changeText(change);
  return text === undefined ? undefined : `names other images than the lock has: ${text}`;
}

function disagreement(config: Config, chart: string, says: string, change: ChartChange | undefined): Failure {
  const place = config.charts.get(chart)?.place;
  return {
    code: "lock/disagrees",
    class: "usage",
    message: `${chart} ${says}`,
    ...(place === undefined ? {} : { place }),
    hint: "Run mirror pin and commit the lock, or leave --frozen out",
    ...(change === undefined ? {} : { detail: changeLines(change) }),
  };
}

/** One line for each image: `+` new, `-` gone. */
export const changeLines = ({ added, gone }: ChartChange): readonly string[] => [
  ...added.map((reference) => `+ ${reference}`),
  ...gone.map((reference) => `- ${reference}`),
];

/** What has changed, as text; empty where nothing has. */
export function renderChanges(since: ReadonlyMap<string, ChartChange>): string {
  const parts = [...since].flatMap(([chart, change]) => {
    const text = changeText(change);
    return text === undefined ? [] : [[`${chart}: ${text}`, ...changeLines(change).map((line) => `  ${line}`)]];
  });
  return parts.map((lines) => `${lines.join("\n")}\n`).join("\n");
}
