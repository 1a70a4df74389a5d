import { join } from "node:path";
import type { Config } from "../config/index.ts";
import { type Emit, exitCodeOf, newRunId, openLedger, runGraph, streamTo } from "../engine/index.ts";
import { type Failure, failureOf } from "../failure/index.ts";
import { createTransfer } from "../oci/index.ts";
import { imagesToPin, layOut, poolsOf, type Selection, select } from "../plan/index.ts";
import { openConnections } from "../registries/index.ts";
import { type Pins, resolvePins } from "../release/index.ts";
import {
  colorFor,
  createMask,
  createReport,
  type Mask,
  type Report,
  reportKindFor,
  stampFor,
} from "../report/index.ts";
import { executeSteps, type Mode } from "../steps/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { countOf } from "./parse.ts";
import { selectionOf } from "./selection.ts";

const JOBS = 16;
const ATTEMPTS = 3;
/** Transfers at once with one registry, where its declaration does not say. */
const JOBS_PER_REGISTRY = 8;

/**
 * The whole way: config, pins, graph, run, report. Gives the exit code. In `plan` mode the same nodes are visited and
 * say what they would do. Throws `Failed` or `FailedTogether` for what is wrong before anything has begun.
 */
export async function runSession(host: Host, args: Arguments, mode: Mode): Promise<number> {
  const options = { jobs: countOf(args, "jobs", JOBS), attempts: countOf(args, "attempts", ATTEMPTS) };
  const config = await configOf(host, args);
  const selection = selectionOf(args);
  const sketch = select(layOut(config, new Map()), selection);

  const startedAt = host.now();
  const mask = createMask();
  const report = reportOf(host, args, mask);
  const run = newRunId(new Date(startedAt));
  const ledger =
    mode === "plan"
      ? undefined
      : await openLedger({ folder: join(config.folder, ".mirror", "runs"), run, mask: mask.apply });
  const emit = streamTo([report.on, ...(ledger === undefined ? [] : [ledger.read])], host.now);
  const nodes = [...sketch.nodes.values()].map(({ id, needs }) => ({ id, needs }));
  emit({ type: "run-started", run, mode, nodes });
  for (const failure of config.warnings) emit({ type: "warning", failure });

  const connections = openConnections(config, {
    env: host.env,
    home: host.home,
    onSecret: mask.add,
  });
  try {
    const pins = await resolvePins(config, imagesToPin(sketch), { connections, emit, signal: host.stopping });
    const exitCode = await runPinned({
      host,
      config,
      selection,
      pins,
      emit,
      connections,
      mode,
      ...options,
      failFast: args.flags.has("fail-fast") ? "fail-fast" : "keep-going",
    });
    emit({ type: "run-finished", exitCode, durationMs: host.now() - startedAt });
    return exitCode;
  } finally {
    await connections.close();
    await ledger?.close().catch((thrown: unknown) => emit({ type: "warning", failure: failureOf(thrown) }));
    await report.close();
  }
}

interface Pinned {
  readonly host: Host;
  readonly config: Config;
  readonly selection: Selection;
  readonly pins: Pins;
  readonly emit: Emit;
  readonly connections: ReturnType<typeof openConnections>;
  readonly mode: Mode;
  readonly jobs: number;
  readonly attempts: number;
  readonly failFast: "fail-fast" | "keep-going";
}

async function runPinned({
  host,
  config,
  selection,
  pins,
  emit,
  connections,
  mode,
  jobs,
  attempts,
  failFast,
}: Pinned): Promise<number> {
  const graph = select(layOut(config, pins), selection);
  const used = new Set([...graph.nodes.values()].flatMap(({ pools }) => pools));
  const transfer = createTransfer();
  const warn = (failure: Failure): void => emit({ type: "warning", failure });
  const execute = executeSteps({
    mode,
    config,
    graph,
    pins,
    connections,
    transfer,
    env: host.env,
    warn,
    values: new Map(),
  });
  const { outcomes, stopped } = await runGraph(graph, execute, {
    emit,
    jobs,
    pools: poolsOf(config, used, JOBS_PER_REGISTRY),
    attempts,
    onFailure: failFast,
    stopping: host.stopping,
    killed: host.killed,
  });
  return exitCodeOf(outcomes, stopped, host.interruptedBy());
}

function reportOf(host: Host, args: Arguments, mask: Mask): Report {
  const asked = args.flags.has("json") ? "json" : args.flags.has("quiet") ? "quiet" : undefined;
  return createReport({
    kind: reportKindFor(asked, host.env, host.out),
    out: host.out,
    err: host.err,
    color: args.flags.has("no-color") ? "off" : colorFor(host.env, host.out),
    stamp: stampFor(host.env),
    now: host.now,
    mask,
  });
}
