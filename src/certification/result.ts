import type { CheckName, Verdict } from "./checks/check.ts";
import type { Policy } from "./checks/index.ts";
import type { Contents } from "./contents.ts";

/** What a check came to. */
export type CheckResult = Verdict & {
  readonly check: CheckName | (string & {});
  /** What must be so. */
  readonly asks: string;
  /** What to do where it is not. */
  readonly remedy: string;
  readonly durationMs: number;
};

/** What all checks of an image came to: `undecided` where none says no, but one could not be made here. */
export type Outcome = "passed" | "failed" | "undecided";

/** The image of one architecture. */
export interface PlatformReport {
  /** `linux/amd64`. */
  readonly platform: string;
  /** As Red Hat names it: `amd64`. */
  readonly architecture: string;
  readonly digest: string;
  readonly outcome: Outcome;
  readonly results: readonly CheckResult[];
  /** What a submission tells Red Hat of it. */
  readonly contents: Contents;
}

/** Who judged: mirror itself, or Red Hat's own program. */
export interface Judge {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
}

export interface ImageReport {
  readonly policy: Policy;
  /** `host/repository:tag` as it is to be certified. */
  readonly name: string;
  readonly digest: string;
  readonly judge: Judge;
  readonly outcome: Outcome;
  readonly platforms: readonly PlatformReport[];
  /** Platforms of an index that Red Hat does not certify and nobody looked at. */
  readonly left: readonly string[];
  /** The log of the checks. */
  readonly log: string;
}

export function outcomeOf(results: readonly Verdict[]): Outcome {
  if (results.some(({ kind }) => kind === "failed" || kind === "error")) return "failed";
  return results.some(({ kind }) => kind === "unknown") ? "undecided" : "passed";
}

/** The worst of several. */
export function outcomeOfAll(outcomes: readonly Outcome[]): Outcome {
  return (["failed", "undecided"] as const).find((one) => outcomes.includes(one)) ?? "passed";
}
