import { join } from "node:path";
import { newRunId } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import { openJournal } from "../oci/index.ts";
import { sketch } from "../plan/index.ts";
import { openConnections } from "../registries/index.ts";
import { type Mode, openCommands } from "../steps/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { DEFAULT_ATTEMPTS, DEFAULT_JOBS, JOBS_PER_REGISTRY } from "./limits.ts";
import { countOf, durationOf } from "./parse.ts";
import { openReporting } from "./reporting.ts";
import { selectionOf } from "./selection.ts";
import { runStages } from "./stages.ts";

/**
 * The whole way: config, charts, pins, graph, run, report. Gives the exit code. In `plan` mode the same nodes are visited and
 * say what they would do. Throws `Failed` or `FailedTogether` for what is wrong before anything has begun.
 */
export async function runSession(host: Host, args: Arguments, mode: Mode): Promise<number> {
  const limits = {
    jobs: countOf(args, "jobs", DEFAULT_JOBS),
    jobsPerRegistry: JOBS_PER_REGISTRY,
    attempts: countOf(args, "attempts", DEFAULT_ATTEMPTS),
    waitMs: durationOf(args, "wait"),
  };
  const lookForReferrers = args.flags.has("signatures") ? "always" : "on-copy";
  const onFailure = args.flags.has("fail-fast") ? "fail-fast" : "keep-going";
  const config = await configOf(host, args);
  const selection = selectionOf(args);
  const expected = sketch(config, selection);

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
    const nodes = [...expected.nodes.values()].map(({ id, needs }) => ({ id, needs }));
    emit({ type: "run-started", run, mode, nodes });
    for (const failure of config.warnings) emit({ type: "warning", failure });
    const exitCode = await runStages({
      host,
      config,
      selection,
      expected,
      connections,
      journal,
      commands,
      emit,
      hide: mask.add,
      mode,
      lookForReferrers,
      limits,
      onFailure,
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
