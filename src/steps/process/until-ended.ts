import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between asking processes to end and killing them, unless something else is said. */
export const GRACE_MS = 3_000;
/** After its processes are gone, work that awaits them settles at once; work that awaits something else never. */
const SETTLE_MS = 100;

/** The processes of a task. */
export interface Stoppable {
  /** The commands that are still there, or have left something behind; cheap where there are none. */
  readonly leftovers: readonly string[];
  /** Asks all to end. */
  terminate(): void;
  /** Waits until all have ended, for `graceMs` at most or until `hurry`; then kills what is left. */
  end(options: { readonly graceMs: number; readonly hurry: AbortSignal }): Promise<void>;
}

export interface Limits {
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
  readonly graceMs: number;
  readonly log: (stream: "log", line: string) => void;
}

/**
 * Waits for a task's own end, or for the run's: whichever comes first. Its processes are gone when this returns:
 * asked to end, given the grace (none once `killed`), killed. Gives `"stopped"` where the work did not settle with
 * them.
 */
export async function untilEnded<Result extends object>(
  work: Promise<Result>,
  processes: Stoppable,
  limits: Limits,
): Promise<Result | "stopped"> {
  const stopping = once(limits.stopping);
  const first = await Promise.race([work, stopping.happened]);
  stopping.forget();
  if (first !== undefined) {
    await stopLeftovers(processes, limits);
    return first;
  }

  processes.terminate();
  const asked = performance.now();
  const killed = once(limits.killed);
  await Promise.race([work, delay(limits.graceMs), killed.happened]);
  killed.forget();
  await processes.end({ graceMs: limits.graceMs - (performance.now() - asked), hurry: limits.killed });
  return (await Promise.race([work, delay(SETTLE_MS)])) ?? "stopped";
}

/** A task that has ended leaves nothing behind. */
async function stopLeftovers(processes: Stoppable, limits: Limits): Promise<void> {
  const { leftovers } = processes;
  if (leftovers.length === 0) return;
  for (const command of leftovers) limits.log("log", `Still running when the task ended, stopped: ${command}`);
  processes.terminate();
  await processes.end({ graceMs: limits.graceMs, hurry: limits.killed });
}

function once(signal: AbortSignal): { readonly happened: Promise<undefined>; readonly forget: () => void } {
  let forget = (): void => undefined;
  const happened = new Promise<undefined>((resolve) => {
    const listener = () => resolve(undefined);
    if (signal.aborted) listener();
    signal.addEventListener("abort", listener, { once: true });
    forget = () => signal.removeEventListener("abort", listener);
  });
  return { happened, forget };
}
