import type { Emit, NodeReport, Outcome, StopReason } from "./event.ts";
import type { Graph, Node, NodeId } from "./graph.ts";

/** What a step gives back when it does not throw. */
export type StepResult<Value> =
  | {
      readonly kind: "done";
      readonly value: Value;
      readonly changed: boolean;
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

export interface RunOptions {
  readonly emit: Emit;
  /** Nodes running at once, over all pools. */
  readonly jobs: number;
  /** Places by pool name; a pool that is not named here has no limit. */
  readonly pools: ReadonlyMap<string, number>;
  /** Attempts at a node whose failures are transient, the first included. */
  readonly attempts: number;
  readonly onFailure: "keep-going" | "fail-fast";
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
}

export interface RunOutcome {
  readonly outcomes: ReadonlyMap<NodeId, Outcome>;
  readonly stopped: StopReason | undefined;
}
