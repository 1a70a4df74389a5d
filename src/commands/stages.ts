import type { Config } from "../config/index.ts";
import { type Emit, exitCodeOf, type Graph, runGraph } from "../engine/index.ts";
import { type Archive, createTransfer, type Journal } from "../oci/index.ts";
import {
  chartsToPack,
  chartsToRender,
  imagesToBuild,
  imagesToPin,
  poolsOf,
  type Selection,
  type Step,
  sketch,
  withVersions,
} from "../plan/index.ts";
import type { Connections } from "../registries/index.ts";
import {
  createSources,
  localBuilds,
  packagesInArchive,
  packagesOfSources,
  pullLimitWarnings,
  type Sources,
  withDockerfiles,
} from "../release/index.ts";
import { type Commands, executeSteps, type Mode, settledBefore } from "../steps/index.ts";
import type { Host } from "./command.ts";
import type { LockUse } from "./locking.ts";
import { resolveRelease } from "./resolve-release.ts";

/** All that the stages of a run share. */
export interface Run {
  readonly host: Host;
  readonly config: Config;
  readonly selection: Selection;
  /** What the selection comes to as far as the config alone tells. */
  readonly expected: Graph<Step>;
  readonly connections: Connections;
  /** The archive that all is taken from; undefined: from the network. */
  readonly from: Archive | undefined;
  readonly journal: Journal;
  /** The folder for blobs that several registries take; none where all of them come from a file. */
  readonly spool: string | undefined;
  readonly commands: Commands;
  readonly emit: Emit;
  /** From now on a value is shown nowhere. */
  readonly hide: (secret: string) => void;
  readonly mode: Mode;
  readonly lock: LockUse;
  readonly lookForReferrers: "on-copy" | "always";
  readonly limits: Limits;
  readonly onFailure: "fail-fast" | "keep-going";
}

export interface Limits {
  /** Nodes at work at once. */
  readonly jobs: number;
  /** Of these, transfers with one registry, where its declaration does not say. */
  readonly jobsPerRegistry: number;
  readonly attempts: number;
  /** How long what waits on the outside is asked again, in milliseconds. */
  readonly waitMs: number;
}

/**
 * Charts are rendered, versions pinned, the graph laid out with what both gave, and run. Gives the exit code. Throws
 * `FailedTogether` where the selection names what there is not, a frozen lock and the config disagree, or two images
 * would get one name.
 */
export async function runStages(run: Run): Promise<number> {
  const { host, selection, connections, emit, mode } = run;
  const { locking } = run.lock;
  const sources = createSources(run.config, { locking, env: host.env, signal: host.stopping });
  const declared = await withSources(run, sources);
  // Those that are rendered are opened then; what is only packed has to be in the lock, too.
  if (run.from === undefined) await sources.settle(declared, sourcesOfPackages(run));
  const { config, charts, pins } = await resolveRelease(declared, {
    ...run,
    sources,
    charts: chartsToRender(run.expected),
    onlyPacked: onlyPacked(run),
    images: (known) => imagesToPin(known === run.config ? run.expected : sketch(known, selection)),
  });
  for (const failure of await pullLimitWarnings(config, pins, connections)) emit({ type: "warning", failure });
  const versioned = withVersions(config, pins);
  const graph = versioned === run.config && pins.size === 0 ? run.expected : sketch(versioned, selection, pins);

  const opening = { connections, sources, env: host.env, signal: host.stopping, network: "online" } as const;
  const openPackage =
    run.from === undefined ? packagesOfSources(declared, charts, opening) : packagesInArchive(run.from);
  const { spool } = run;
  const transfer = createTransfer({ journal: run.journal, ...(spool !== undefined && { spool }) });
  const execute = executeSteps({
    mode,
    config: versioned,
    graph,
    pins,
    connections,
    openPackage,
    commands: run.commands,
    transfer,
    lookForReferrers: run.lookForReferrers,
    env: host.env,
    now: host.now,
    version: host.version(),
    hide: run.hide,
    warn: (failure) => emit({ type: "warning", failure }),
  });
  const { outcomes, stopped } = await runGraph(graph, execute, {
    emit,
    jobs: run.limits.jobs,
    attempts: run.limits.attempts,
    waitMs: run.limits.waitMs,
    pools: poolsOf(versioned, graph, run.limits.jobsPerRegistry),
    settled: settledBefore(pins, charts),
    onFailure: run.onFailure,
    stopping: host.stopping,
    killed: host.killed,
  }).finally(transfer.close);
  return exitCodeOf(outcomes, stopped, host.interruptedBy());
}

/** The config with what Dockerfiles in sources start from: what one of them names may be built from another. */
async function withSources({ config, selection, expected, host }: Run, sources: Sources): Promise<Config> {
  const local = new Set(localBuilds(config));
  const read = new Set<string>();
  let known = config;
  for (let graph = expected; ; graph = sketch(known, selection)) {
    const builds = imagesToBuild(graph).filter((name) => !local.has(name) && !read.has(name));
    const names = builds.flatMap((name) => sourceOf(name, known) ?? []);
    if (names.length === 0) return known;
    known = await withDockerfiles(await sources.settle(known, names), builds, {
      env: host.env,
      signal: host.stopping,
    });
    for (const name of builds) read.add(name);
  }
}

function sourceOf(name: string, { images }: Config): string | undefined {
  const origin = images.get(name)?.origin;
  return origin?.kind === "build" && origin.build.kind === "dockerfile" ? origin.build.source : undefined;
}

const sourcesOfPackages = ({ expected, config }: Run): string[] =>
  chartsToPack(expected).flatMap((chart) => {
    const origin = config.charts.get(chart)?.origin;
    return origin?.kind === "source" ? [origin.source] : [];
  });

/** Charts of repositories that are packed and not rendered: they are rendered too, so that the lock has their version. */
function onlyPacked({ expected, config, from }: Run): ReadonlySet<string> {
  if (from !== undefined) return new Set();
  const rendered = chartsToRender(expected);
  const ofRepositories = chartsToPack(expected).filter(
    (chart) => config.charts.get(chart)?.origin.kind === "repository",
  );
  return new Set(ofRepositories.filter((chart) => !rendered.includes(chart)));
}
