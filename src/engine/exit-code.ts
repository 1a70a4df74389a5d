import type { Outcome, StopReason } from "./event.ts";
import type { NodeId } from "./graph.ts";

/**
 * 0 all done · 1 a node failed · 2 the config or the command line is wrong · 3 conflict with what is published ·
 * 4 waiting on the outside: run again later · 130, 143 interrupted.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130 | 143;

/** The signals that interrupt a run. */
export type StopSignal = "SIGINT" | "SIGTERM";

/**
 * The exit code of a run. The first that holds:
 *
 * 1. it was interrupted: 130, or 143 by SIGTERM, whatever else happened;
 * 2. nodes failed: 2 if all of them by `usage`, 3 if all of them by `conflict`, 1 otherwise;
 * 3. a node waits on the outside: 4;
 * 4. a node was cancelled or blocked: 1;
 * 5. everything is done or skipped: 0.
 *
 * @param signal what interrupted the run; SIGINT where it is not known
 */
export function exitCodeOf(
  outcomes: ReadonlyMap<NodeId, Outcome>,
  stopped: StopReason | undefined,
  signal: StopSignal | undefined,
): ExitCode {
  if (stopped === "interrupt") return signal === "SIGTERM" ? 143 : 130;
  const kinds = new Set<Outcome["kind"]>();
  const classes = new Set<string>();
  for (const outcome of outcomes.values()) {
    kinds.add(outcome.kind);
    if (outcome.kind === "failed") classes.add(outcome.failure.class);
  }
  if (kinds.has("failed")) return codeOfFailures(classes);
  if (kinds.has("waiting")) return 4;
  return kinds.has("cancelled") || kinds.has("blocked") ? 1 : 0;
}

function codeOfFailures(classes: ReadonlySet<string>): ExitCode {
  if (classes.size > 1) return 1;
  if (classes.has("usage")) return 2;
  return classes.has("conflict") ? 3 : 1;
}
