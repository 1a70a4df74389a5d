import { join } from "node:path";
import type { Config } from "../config/index.ts";
import { type Emit, exitCodeOf, newRunId, runGraph } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import { createTransfer, type Journal, openJournal } from "../oci/index.ts";
import { imagesToPin, layOut, poolsOf, type Selection, select } from "../plan/index.ts";
import { type Connections, openConnections } from "../registries/index.ts";
import { resolvePins } from "../release/index.ts";
import { type Commands, executeSteps, type Mode, openCommands, settledPins } from "../steps/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { countOf } from "./parse.ts";
import { openReporting } from "./reporting.ts";
import { selectionOf } from "./selection.ts";

/** Nodes at work at once. Most of them wait for registries, and how much those are asked at once is learnt from them. */
const JOBS = 64;
/** Of these, transfers with one registry, where its declaration does not say. */
const JOBS_PER_REGISTRY = 64;
const ATTEMPTS = 3;

/**
 * The whole way: config, pins, graph, run, report. Gives the exit code. In `plan` mode the same nodes are visited and
 * say what they would do. Throws `Failed` or `FailedTogether` for what is wrong before anything has begun.
 */
export async function runSession(host: Host, args: Arguments, mode: Mode): Promise<number> {
  const limits = { jobs: countOf(args, "jobs", JOBS), attempts: countOf(args, "attempts", ATTEMPTS) };
  const lookForReferrers = args.flags.has("signatures") ? "always" : "on-copy";
  const onFailure = args.flags.has("fail-fast") ? "fail-fast" : "keep-going";
  const config = await configOf(host, args);
  const selection = selectionOf(args);
  const sketch = select(layOut(config, new Map()), selection);

  const startedAt = host.now();
  const run = newRunId(new Date(startedAt));
  const { emit, mask, close } = await openReporting(host, args, { config, mode, run });
  const onWarning = (failure: Failure): void => emit({ type: "warning", failure });
  const connections = openConnections(config, { env: host.env, home: host.home, onSecret: mask.add, onWarning });
  const journal = await openJournal({
    file: join(config.folder, ".mirror", "uploads.ndjson"),
    now: host.now,
    warn: ({ failure }) => onWarning(failure),
  });
  const commands = openCommands({ cwd: config.folder, env: host.env });
  try {
    const nodes = [...sketch.nodes.values()].map(({ id, needs }) => ({ id, needs }));
    emit({ type: "run-started", run, mode, nodes });
    for (const failure of config.warnings) emit({ type: "warning", failure });
    const images = imagesToPin(sketch);
    const exitCode = await runRelease({
      host,
      config,
      selection,
      images,
      connections,
      journal,
      commands,
      emit,
      hide: mask.add,
      mode,
      lookForReferrers,
      onFailure,
      ...limits,
    });
    emit({ type: "run-finished", exitCode, durationMs: host.now() - startedAt });
    return exitCode;
  } finally {
    commands.close();
    journal.close();
    await connections.close();
    await close();
  }
}

interface Release {
  readonly host: Host;
  readonly config: Config;
  readonly selection: Selection;
  /** Names of the images to pin. */
  readonly images: readonly string[];
  readonly connections: Connections;
  readonly journal: Journal;
  readonly commands: Commands;
  readonly emit: Emit;
  readonly hide: (secret: string) => void;
  readonly mode: Mode;
  readonly lookForReferrers: "on-copy" | "always";
  readonly jobs: number;
  readonly attempts: number;
  readonly onFailure: "fail-fast" | "keep-going";
}

/** Pins, then the graph with the tags that the pins chose, then the run. */
async function runRelease(release: Release): Promise<number> {
  const { host, config, connections, emit, mode } = release;
  const pins = await resolvePins(config, release.images, { connections, emit, signal: host.stopping });
  const graph = select(layOut(config, pins), release.selection);
  const execute = executeSteps({
    mode,
    config,
    graph,
    pins,
    connections,
    commands: release.commands,
    transfer: createTransfer({ journal: release.journal }),
    lookForReferrers: release.lookForReferrers,
    env: host.env,
    hide: release.hide,
    warn: (failure) => emit({ type: "warning", failure }),
  });
  const { outcomes, stopped } = await runGraph(graph, execute, {
    emit,
    jobs: release.jobs,
    attempts: release.attempts,
    pools: poolsOf(config, graph, JOBS_PER_REGISTRY),
    settled: settledPins(pins),
    onFailure: release.onFailure,
    stopping: host.stopping,
    killed: host.killed,
  });
  return exitCodeOf(outcomes, stopped, host.interruptedBy());
}
