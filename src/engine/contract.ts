import type { Clock } from "./clock.ts";
import type { Effect, Emit, NodeReport, Outcome, StopReason } from "./event.ts";
import type { Node, NodeId } from "./graph.ts";

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
  /**
   * For how long what waits on the outside is asked again, from the first node that waits on; what waits then is
   * settled so. 0 where it is not given: at once.
   */
  readonly waitMs?: number;
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
