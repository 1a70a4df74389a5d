/** A position in a file a person can open. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters the caret should underline. */
  readonly length: number;
  /** The text of the line, so that rendering needs no file. */
  readonly text: string;
}

/**
 * What a failure means for the work it happened in.
 *
 * - `transient`: the same call may succeed later (429, 5xx, a dropped connection);
 * - `permanent`: it will not, until somebody changes something;
 * - `conflict`: what is already published stands in the way;
 * - `usage`: the config or the command line is wrong;
 * - `cancelled`: the run was interrupted.
 */
export type FailureClass = "transient" | "permanent" | "conflict" | "usage" | "cancelled";

/**
 * An error as data: what happened, where, and what to do about it.
 * Only `report/` turns it into text.
 */
export interface Failure {
  /** Stable and kebab-case, in the form `area/reason`: `registry/unauthorized`, `config/unknown-key`. */
  readonly code: string;
  readonly class: FailureClass;
  /** One sentence, without a full stop, that names the thing it is about (host, image, file, key). */
  readonly message: string;
  /** What the reader can do: a sentence that starts with a verb. */
  readonly hint?: string;
  readonly place?: Place;
  /** Further places that belong to the story: the edges of a cycle, the first of two duplicates. */
  readonly related?: readonly { readonly message: string; readonly place: Place }[];
  /** Lines of evidence shown indented below: a server's answer, the end of a child's output. */
  readonly detail?: readonly string[];
}

/** The one exception of this code base: carries a {@link Failure} up to whoever settles it. */
export class Failed extends Error {
  override readonly name = "Failed";
  readonly failure: Failure;
  /** How long the other side asked to be left alone, where it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: Failure, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(failure.message, "cause" in options ? { cause: options.cause } : undefined);
    this.failure = failure;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Several failures found together, so that all are shown at once and not the first. */
export class FailedTogether extends Error {
  override readonly name: string = "FailedTogether";
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super(failures.map((failure) => failure.message).join("; "));
    this.failures = failures;
  }
}

/** The failures that any thrown value stands for; what is not ours becomes one `internal/unexpected`. */
export function failuresOf(thrown: unknown): readonly Failure[] {
  if (thrown instanceof Failed) return [thrown.failure];
  if (thrown instanceof FailedTogether) return thrown.failures;
  return [unexpected(thrown)];
}

/** The first failure that a thrown value stands for. */
export function failureOf(thrown: unknown): Failure {
  return failuresOf(thrown)[0] ?? unexpected(thrown);
}

function unexpected(thrown: unknown): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    code: "internal/unexpected",
    class: "permanent",
    message: `Unexpected ${error.name}: ${error.message}`,
    hint: "This is a defect of mirror: report it with the lines below",
    detail: (error.stack ?? "")
      .split("\n")
      .slice(1, 6)
      .map((line) => line.trim()),
  };
}

/** For the default branch of a switch over a union: a missing case is then a type error. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
