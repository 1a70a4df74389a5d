import type { Clock } from "./clock.ts";
import type { Effect, Emit, NodeReport, Outcome, StopReason } from "./event.ts";
import type { Graph, Node, NodeId } from "./graph.ts";
import { Scheduler } from "./scheduler.ts";

/**
 * Runs every node of a graph once all it needs has ended well, and settles when every node has an outcome.
 *
 * - `done` and `skipped` needs let a node start; a skipped one has no value.
 * - A node with a need that failed, waits or was cancelled is `blocked`, `by` the nodes where that began. It settles
 *   once all its needs have, so that `by` names all of them.
 * - A `transient` failure is tried again after a pause, without its places; nothing else is.
 * - Once stopping, by interrupt or fail-fast, nothing starts: what has not started is `cancelled` (or `blocked`, where
 *   a need had failed already; or `failed`, where it was to be tried again). What runs ends by itself.
 * - Once killed, what still runs after a grace is `cancelled`; whatever it does later is ignored.
 *
 * Emits `node-started`, `node-retrying`, `node-settled`, `run-stopping` and what steps report. An unexpected error
 * in a step is a failure of its node.
 *
 * @throws Failed `engine/bad-graph`, `engine/no-places`
 */
export async function runGraph<Step, Value>(
  graph: Graph<Step>,
  execute: Execute<Step, Value>,
  options: RunOptions<Value>,
): Promise<RunOutcome> {
  return new Scheduler(graph, execute, options).run();
}

/** What a step gives back when it does not throw. */
export type StepResult<Value> =
  | {
      readonly kind: "done";
      readonly value: Value;
      readonly effect: Effect;
      readonly summary: string;
      readonly bytes: number;
    }
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "waiting"; readonly for: string };

/** What a step is given besides itself. */
export interface StepContext<Value> {
  /** Aborted on the first interrupt: drop or finish what is in flight, then settle. */
  readonly stopping: AbortSignal;
  /** Aborted on the second interrupt: settle now. */
  readonly killed: AbortSignal;
  /** Values of the nodes this one needs, by name. */
  readonly values: ReadonlyMap<NodeId, Value>;
  readonly report: (report: NodeReport) => void;
}

/** Does one node. Throws `Failed`; its failure class decides whether the node is tried again. */
export type Execute<Step, Value> = (node: Node<Step>, context: StepContext<Value>) => Promise<StepResult<Value>>;

/** A node that was done before the run, and what it gives to those that need it. */
export interface SettledNode<Value> {
  readonly outcome: Outcome;
  /** Undefined unless it is done. */
  readonly value: Value | undefined;
}

export interface RunOptions<Value> {
  readonly emit: Emit;
  /** Nodes running at once, over all pools. 1 or more. */
  readonly jobs: number;
  /** Places by pool name, 1 or more; a pool that is not named here has no limit. */
  readonly pools: ReadonlyMap<string, number>;
  /** Attempts at a node whose failures are transient, the first included. */
  readonly attempts: number;
  readonly onFailure: "keep-going" | "fail-fast";
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
  /** Nodes that were settled before: they are not run, and nothing is emitted of them. They need nothing. */
  readonly settled?: ReadonlyMap<NodeId, SettledNode<Value>>;
  /** How long a killed step may take to settle. 1,000 where it is not given. */
  readonly killGraceMs?: number;
  /** The system's where it is not given. */
  readonly clock?: Clock;
  /** Gives numbers from 0 up to 1, for the pauses between attempts. */
  readonly random?: () => number;
}

export interface RunOutcome {
  /** In the order of the graph. */
  readonly outcomes: ReadonlyMap<NodeId, Outcome>;
  /** Why not everything was started; an interrupt outweighs a fail-fast. */
  readonly stopped: StopReason | undefined;
}
