import { join } from "node:path";
import { type PullOptions, pullChart, unpackChart } from "../charts/dependencies/index.ts";
import type { Chart, ChartOrigin, Config } from "../config/index.ts";
import { proxiesIn } from "../oci/index.ts";
import type { ChartPackage } from "./chart-packages.ts";
import { type LockedChart, tagOfChart } from "./lock/index.ts";
import { disagreement } from "./locking.ts";
import type { OpenChartOptions } from "./open-chart.ts";

/** A chart as its author wrote it, before it has what it depends on. */
export interface ChartAtOrigin {
  readonly from: LockedChart["from"];
  readonly folder: string;
  /** No file from outside becomes part of the chart. */
  readonly within: string;
  /** Its file, where it was packed by others. */
  readonly archive: string | undefined;
  /** Where it is published already in the form that registries have. */
  readonly published: ChartPackage | undefined;
  readonly commit: string | undefined;
  readonly ref: string | undefined;
}

/** What is asked for charts, whatever is fetched. */
export const askingFor = (
  config: Config,
  { connections, env, network, signal }: OpenChartOptions,
): Pick<PullOptions, "repositories" | "cache" | "network" | "credentials" | "registryFor" | "http" | "signal"> => ({
  repositories: config.chartRepositories,
  cache: join(config.folder, ".mirror", "charts"),
  network,
  registryFor: connections.source,
  credentials: ({ host, pathname }) => connections.credentials(host, pathname.slice(1)),
  http: { proxies: proxiesIn(env) },
  signal,
});

/** Gets a declared chart from its source or repository, as the lock has it. Throws `Failed` (`git/…`, `charts/…`, `lock/disagrees`). */
export async function openOrigin(chart: Chart, config: Config, options: OpenChartOptions): Promise<ChartAtOrigin> {
  const { origin } = chart;
  return origin.kind === "source" ? inSource(origin, config, options) : inRepository(chart, origin, config, options);
}

async function inSource(
  { source, path: below }: Extract<ChartOrigin, { kind: "source" }>,
  config: Config,
  options: OpenChartOptions,
): Promise<ChartAtOrigin> {
  const { folder, commit, ref } = await options.sources.open(source);
  const path = join(folder, below);
  const archive = /\.t(?:ar\.)?gz$/.test(path) ? path : undefined;
  const unpacked =
    archive === undefined ? undefined : await unpackChart(archive, folder, askingFor(config, options).cache);
  const from = { kind: "source", source } as const;
  return { from, folder: unpacked ?? path, within: unpacked ?? folder, archive, published: undefined, commit, ref };
}

async function inRepository(
  chart: Chart,
  origin: Extract<ChartOrigin, { kind: "repository" }>,
  config: Config,
  options: OpenChartOptions,
): Promise<ChartAtOrigin> {
  const locked = lockedEntry(chart, origin, options);
  const { version, folder, archive, artifact } = await pullChart({
    ...askingFor(config, options),
    ...origin,
    name: chart.name,
    locked,
  });
  return {
    from: {
      kind: "repository",
      repository: origin.repository,
      chart: origin.chart,
      rule: origin.version,
      archive: archive?.digest,
    },
    folder,
    within: folder,
    archive: archive?.file,
    published: artifact && { tag: tagOfChart(version), from: artifact },
    commit: undefined,
    ref: undefined,
  };
}

function lockedEntry(
  { name, place }: Chart,
  { repository, chart, version }: Extract<ChartOrigin, { kind: "repository" }>,
  { sources: { locking } }: OpenChartOptions,
): PullOptions["locked"] {
  const entry = locking.lock.charts.get(name);
  const from = entry?.from.kind === "repository" ? entry.from : undefined;
  const isSame = from?.repository === repository && from.chart === chart && from.rule === version;
  if (entry !== undefined && isSame && !locking.renews("charts", name)) {
    return { version: entry.version, archive: from.archive, artifact: entry.package };
  }
  if (locking.manner !== "frozen") return undefined;
  const says =
    from === undefined
      ? `is ${chart} ${version} of ${repository}, which the lock does not have`
      : `is ${chart} ${version} of ${repository}, and the lock has ${from.chart} ${from.rule} of ${from.repository}`;
  throw disagreement({ section: "charts", name, place }, says, locking);
}
