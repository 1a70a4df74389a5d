import { join } from "node:path";
import type { Config } from "../config/index.ts";
import { type Graph, newRunId } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import { type Archive, archiveNotes, openArchive, openJournal } from "../oci/index.ts";
import { type Selection, type Step, sketch, withArchivedBuilds } from "../plan/index.ts";
import { builtInArchive, openConnections } from "../registries/index.ts";
import { archiveBaseOf, Refused } from "../release/index.ts";
import { type Mode, openCommands } from "../steps/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { DEFAULT_ATTEMPTS, DEFAULT_JOBS, JOBS_PER_REGISTRY } from "./limits.ts";
import { lockUseOf, lockUseOfArchive } from "./locking.ts";
import { countOf, durationOf } from "./parse.ts";
import { openReporting } from "./reporting.ts";
import { selectionOf } from "./selection.ts";
import { runStages } from "./stages.ts";

/** What makes a session another than the config says. */
export interface SessionOptions {
  /** The config that holds instead of the one that was read. */
  readonly configure?: (config: Config) => Config;
  readonly selection?: Selection;
  /** The files of an archive that stands in for all registries that images come from. */
  readonly from?: readonly [string, ...string[]] | undefined;
}

/**
 * The whole way: config, charts, pins, graph, run, report. Gives the exit code. In `plan` mode the same nodes are visited and
 * say what they would do. Throws `Failed` or `FailedTogether` for what is wrong before anything has begun.
 */
export async function runSession(host: Host, args: Arguments, mode: Mode, how: SessionOptions = {}): Promise<number> {
  const from = how.from === undefined ? undefined : await openArchive(how.from);
  try {
    return await runFrom(from, { host, args, mode, how });
  } finally {
    await from?.close();
  }
}

/** How a config is read where an archive stands in for what its images are made of. */
function standingIn(from: Archive) {
  const isBuilt = (image: string): boolean => from.tags(builtInArchive(image)) !== undefined;
  // With a lock in the archive no chart is rendered.
  const hasCharts = archiveNotes(from.catalogues).lock !== undefined;
  return {
    configure: (read: Config) => withArchivedBuilds(read, isBuilt),
    mayLack: ([section = "", name = ""]: readonly string[]) =>
      section === "images" ? isBuilt(name) : hasCharts && ["charts", "sources", "chartRepositories"].includes(section),
  };
}

async function runFrom(
  from: Archive | undefined,
  {
    host,
    args,
    mode,
    how,
  }: { readonly host: Host; readonly args: Arguments; readonly mode: Mode; readonly how: SessionOptions },
): Promise<number> {
  const limits = {
    jobs: countOf(args, "jobs", DEFAULT_JOBS),
    jobsPerRegistry: JOBS_PER_REGISTRY,
    attempts: countOf(args, "attempts", DEFAULT_ATTEMPTS),
    waitMs: durationOf(args, "wait"),
  };
  const lookForReferrers = args.flags.has("signatures") ? "always" : "on-copy";
  const onFailure = args.flags.has("fail-fast") ? "fail-fast" : "keep-going";
  const declared = await configOf(host, args, {
    ...(from === undefined ? {} : standingIn(from)),
    memory: mode === "run" ? "made" : "where .mirror is",
  });
  const config = how.configure?.(declared) ?? declared;
  const selection = how.selection ?? selectionOf(args);
  // An archive has its images at digests of its own: the lock beside the config does not bind it, nor it the lock.
  const lock =
    from === undefined ? await lockUseOf(host, args, config, mode) : await lockUseOfArchive(from, host.stopping);
  const expected = sketch(config, selection);

  const startedAt = host.now();
  const run = newRunId(new Date(startedAt));
  const { emit, mask, close } = await openReporting(host, args, { config, mode, run });
  const onWarning = (failure: Failure): void => emit({ type: "warning", failure });
  const connections = openConnections(config, {
    env: host.env,
    home: host.home,
    onSecret: mask.add,
    onWarning,
    from,
    baseOf: (file, source) => archiveBaseOf(file, source, host.stopping),
    signal: host.stopping,
  });
  for (const [registry, requests] of copiesByRegistry(expected)) connections.expect(registry, requests);
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
      from,
      journal,
      spool: from === undefined ? join(config.folder, ".mirror", "spool") : undefined,
      commands,
      emit,
      hide: mask.add,
      mode,
      lock,
      lookForReferrers,
      limits,
      onFailure,
    }).catch(exitCodeOfRefusal);
    emit({ type: "run-finished", exitCode, durationMs: host.now() - startedAt });
    return exitCode;
  } finally {
    commands.close();
    journal.close();
    await connections.close();
    await close();
  }
}

function copiesByRegistry({ nodes }: Graph<Step>): ReadonlyMap<string, number> {
  const copies = new Map<string, number>();
  for (const { step } of nodes.values()) {
    if (step.kind !== "copy") continue;
    const { registry } = step.destination;
    copies.set(registry, (copies.get(registry) ?? 0) + 1);
  }
  return copies;
}

/** What config and lock disagree on has been told at its nodes: it is not thrown to be told once more. */
function exitCodeOfRefusal(thrown: unknown): number {
  if (thrown instanceof Refused) return 2;
  throw thrown;
}
