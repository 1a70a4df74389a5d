import type { Failure } from "../failure/index.ts";
import type { NodeId } from "./graph.ts";

/**
 * What a node that is done did to the world: `changed` it, found it `unchanged` (up to date), `ran` something whose
 * effect is its own affair, or had nothing to do with it (`none`: a decision, a check, work in memory).
 */
export type Effect = "changed" | "unchanged" | "ran" | "none";

/** How a node ended. */
export type Outcome =
  | { readonly kind: "done"; readonly effect: Effect; readonly summary: string; readonly bytes: number }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "blocked"; readonly by: readonly NodeId[] }
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "waiting"; readonly for: string }
  | { readonly kind: "cancelled" };

/** Why nothing new is started any more. */
export type StopReason = "interrupt" | "fail-fast";

/** What a running node says of itself. */
export type NodeReport =
  | { readonly type: "node-progress"; readonly bytes: number; readonly totalBytes: number }
  | { readonly type: "node-log"; readonly stream: "log" | "stdout" | "stderr"; readonly line: string };

/**
 * Everything that happens in a run, in order: the one stream that the terminal, the CI lines, NDJSON and the
 * ledger are readers of. Plain JSON values; `at` is milliseconds since the epoch, durations are milliseconds.
 */
export type Event = { readonly at: number } & EventBody;

export type EventBody =
  | {
      readonly type: "run-started";
      readonly run: string;
      readonly mode: "run" | "plan";
      readonly nodes: readonly { readonly id: NodeId; readonly needs: readonly NodeId[] }[];
    }
  | { readonly type: "node-started"; readonly id: NodeId; readonly attempt: number }
  | ({ readonly id: NodeId } & NodeReport)
  | {
      readonly type: "node-retrying";
      readonly id: NodeId;
      /** The attempt that failed. */
      readonly attempt: number;
      readonly delayMs: number;
      readonly failure: Failure;
    }
  /** What it waits for on the outside has not come; it is asked again after `delayMs`. */
  | { readonly type: "node-waiting"; readonly id: NodeId; readonly for: string; readonly delayMs: number }
  | { readonly type: "node-settled"; readonly id: NodeId; readonly outcome: Outcome; readonly durationMs: number }
  | { readonly type: "warning"; readonly failure: Failure }
  | { readonly type: "run-stopping"; readonly reason: StopReason }
  | { readonly type: "run-finished"; readonly exitCode: number; readonly durationMs: number };

/** Takes events as they happen. Never throws, never waits. */
export type Emit = (event: EventBody) => void;
