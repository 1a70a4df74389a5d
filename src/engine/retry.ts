import { Failed, FailedTogether, type Failure, type FailureClass, failuresOf } from "../failure/index.ts";

/** The first pause is at most this long; each further one at most twice the one before. */
const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A server that wants to be left alone for longer is taken at its word: the node fails and says so. */
const longestRetryAfterMs = 5 * 60_000;

/** What waits on the outside is asked again after this long, then ever more seldom. */
const firstAskMs = 1_000;
const longestAskMs = 120_000;

/** What an attempt that threw means for its node. */
export interface Verdict {
  readonly failure: Failure;
  /** Undefined where a further attempt makes no sense. */
  readonly retryInMs: number | undefined;
}

/**
 * Judges what a step threw. Only what is wholly transient is tried again, after a pause drawn evenly between nothing
 * and a bound that doubles with each attempt ("full jitter"), so that nodes that failed together do not come back
 * together. Where the server said when to come back, the pause is counted from then.
 *
 * @param attempt the attempt that failed, from 1
 * @param random gives numbers from 0 up to 1
 */
export function judge(thrown: unknown, attempt: number, random: () => number): Verdict {
  const failure = asOne(failuresOf(thrown));
  if (failure.class !== "transient") return { failure, retryInMs: undefined };
  const pauseMs = Math.round(random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)));
  const askedMs = retryAfterOf(thrown);
  if (askedMs > longestRetryAfterMs) return { failure, retryInMs: undefined };
  return { failure, retryInMs: askedMs + pauseMs };
}

/** How long what waits on the outside is left alone before it is asked again. `times` it was asked, from 1. */
export function pauseOfWaiting(times: number): number {
  return Math.min(longestAskMs, Math.round(firstAskMs * 1.5 ** (times - 1)));
}

/** Several failures of one node as one: the first, with the others told below it. */
function asOne(failures: readonly Failure[]): Failure {
  const [first, ...others] = failures;
  if (first === undefined) return asOne(failuresOf(new Error("failed without saying why")));
  if (others.length === 0) return first;
  return {
    ...first,
    class: classOf(failures),
    detail: [...(first.detail ?? []), ...others.map((failure) => failure.message)],
  };
}

function classOf(failures: readonly Failure[]): FailureClass {
  const classes = new Set(failures.map((failure) => failure.class));
  const [only] = classes;
  return classes.size === 1 && only !== undefined ? only : "permanent";
}

function retryAfterOf(thrown: unknown): number {
  if (thrown instanceof Failed) return thrown.retryAfterMs ?? 0;
  return 0;
}

/** True for what `fetch`, streams and child processes throw when their signal is aborted. */
export function isAbort(thrown: unknown): boolean {
  if (thrown instanceof Failed || thrown instanceof FailedTogether) return false;
  return thrown instanceof Error && (thrown.name === "AbortError" || ("code" in thrown && thrown.code === "ABORT_ERR"));
}
