import type { Config } from "../config/index.ts";
import { type Emit, exitCodeOf, type Graph, runGraph } from "../engine/index.ts";
import { createTransfer, type Journal } from "../oci/index.ts";
import {
  chartsToRender,
  imagesToBuild,
  imagesToPin,
  poolsOf,
  type Selection,
  type Step,
  sketch,
  withCharts,
} from "../plan/index.ts";
import type { Connections } from "../registries/index.ts";
import { localBuilds, pullLimitWarnings, renderCharts, resolvePins, withDockerfiles } from "../release/index.ts";
import { type Commands, executeSteps, type Mode, settledBefore } from "../steps/index.ts";
import type { Host } from "./command.ts";

/** All that the stages of a run share. */
export interface Run {
  readonly host: Host;
  readonly config: Config;
  readonly selection: Selection;
  /** What the selection comes to as far as the config alone tells. */
  readonly expected: Graph<Step>;
  readonly connections: Connections;
  readonly journal: Journal;
  readonly commands: Commands;
  readonly emit: Emit;
  /** From now on a value is shown nowhere. */
  readonly hide: (secret: string) => void;
  readonly mode: Mode;
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
 * `FailedTogether` where the selection names what there is not, or two images would get one name.
 */
export async function runStages(run: Run): Promise<number> {
  const { host, selection, connections, emit, mode } = run;
  const outside = { connections, env: host.env, emit, signal: host.stopping };
  const charts = await renderCharts(run.config, chartsToRender(run.expected), outside);
  const config = withCharts(await withSources(run), charts);
  const known = config === run.config ? run.expected : sketch(config, selection);
  const pins = await resolvePins(config, imagesToPin(known), outside);
  for (const failure of await pullLimitWarnings(config, pins, connections)) emit({ type: "warning", failure });
  const graph = pins.size === 0 ? known : sketch(config, selection, pins);

  const execute = executeSteps({
    mode,
    config,
    graph,
    pins,
    connections,
    commands: run.commands,
    transfer: createTransfer({ journal: run.journal }),
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
    pools: poolsOf(config, graph, run.limits.jobsPerRegistry),
    settled: settledBefore(pins, charts),
    onFailure: run.onFailure,
    stopping: host.stopping,
    killed: host.killed,
  });
  return exitCodeOf(outcomes, stopped, host.interruptedBy());
}

/** The config with what Dockerfiles in sources start from: what one of them names may be built from another. */
async function withSources({ config, selection, expected, host }: Run): Promise<Config> {
  const local = new Set(localBuilds(config));
  const read = new Set<string>();
  let known = config;
  for (let graph = expected; ; graph = sketch(known, selection)) {
    const builds = imagesToBuild(graph).filter(
      (name) => !local.has(name) && !read.has(name) && isFromSource(name, known),
    );
    if (builds.length === 0) return known;
    known = await withDockerfiles(known, builds, { env: host.env, signal: host.stopping });
    for (const name of builds) read.add(name);
  }
}

function isFromSource(name: string, { images }: Config): boolean {
  const origin = images.get(name)?.origin;
  return origin?.kind === "build" && origin.build.kind === "dockerfile";
}
