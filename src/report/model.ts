import type { Event, NodeId, Outcome, StopReason } from "../engine/index.ts";
import { type Failure, unreachable } from "../failure/index.ts";
import { Meter } from "./meter.ts";

/** What is known of one node. */
export interface NodeState {
  readonly id: NodeId;
  readonly needs: readonly NodeId[];
  phase: "pending" | "running" | "retrying" | "waiting" | "settled";
  attempt: number;
  startedAt: number;
  /** When the next attempt begins, while `retrying`, or it is asked again, while `waiting`. */
  retryAt: number;
  retryBecause: Failure | undefined;
  /** On the outside, while `waiting`. */
  waitsFor: string;
  bytes: number;
  totalBytes: number;
  readonly meter: Meter;
  outcome: Outcome | undefined;
  durationMs: number;
}

export interface Counts {
  changed: number;
  /** Scripts that ran. */
  ran: number;
  /** Done, with no effect that counts: pins, gates, images put together in memory. */
  without: number;
  upToDate: number;
  failed: number;
  blocked: number;
  skipped: number;
  waiting: number;
  cancelled: number;
}

/** The state of a run as its events tell it: what every reader made for people reads. */
export class RunModel {
  /** Whether anything has begun: before that there is nothing to sum up. */
  started = false;
  run = "";
  mode: "run" | "plan" = "run";
  readonly nodes = new Map<NodeId, NodeState>();
  /** Nodes at work, in the order in which they started. */
  readonly running = new Set<NodeState>();
  /** Nodes that have not started, in the order of the graph. */
  readonly pending = new Set<NodeState>();
  readonly counts: Counts = {
    changed: 0,
    ran: 0,
    without: 0,
    upToDate: 0,
    failed: 0,
    blocked: 0,
    skipped: 0,
    waiting: 0,
    cancelled: 0,
  };
  readonly warnings: Failure[] = [];
  /** Attempts that failed and are made again. */
  repeated = 0;
  /** Bytes that crossed so far, and as far as is known bytes in all; in a plan, bytes that would. */
  bytes = 0;
  totalBytes = 0;
  readonly meter = new Meter();
  /** All that ever passed, second attempts included: what the overall rate is measured by. */
  #passed = 0;
  stopping: StopReason | undefined;
  finished: { readonly exitCode: number; readonly durationMs: number } | undefined;

  apply(event: Event): void {
    switch (event.type) {
      case "run-started":
        this.started = true;
        this.run = event.run;
        this.mode = event.mode;
        for (const { id, needs } of event.nodes) this.#add(id, needs);
        break;
      case "node-started":
        this.#start(this.#node(event.id), event.at, event.attempt);
        break;
      case "node-progress":
        this.#progress(this.#node(event.id), event.at, event.bytes, event.totalBytes);
        break;
      case "node-log":
        break;
      case "node-retrying": {
        const node = this.#node(event.id);
        this.repeated += 1;
        node.phase = "retrying";
        node.retryAt = event.at + event.delayMs;
        node.retryBecause = event.failure;
        break;
      }
      case "node-waiting": {
        const node = this.#node(event.id);
        node.phase = "waiting";
        node.retryAt = event.at + event.delayMs;
        node.waitsFor = event.for;
        break;
      }
      case "node-settled":
        this.#settle(this.#node(event.id), event.outcome, event.durationMs);
        break;
      case "warning":
        this.warnings.push(event.failure);
        break;
      case "run-stopping":
        this.stopping = event.reason;
        break;
      case "run-finished":
        this.finished = { exitCode: event.exitCode, durationMs: event.durationMs };
        break;
      default:
        unreachable(event);
    }
  }

  /** What a node that has not started still waits for, in the order of its needs. */
  unmetNeeds(node: NodeState): NodeId[] {
    return node.needs.filter((id) => this.nodes.get(id)?.outcome === undefined);
  }

  /** The settled nodes of one kind of outcome, in the order of the graph. */
  settled<Kind extends Outcome["kind"]>(kind: Kind): { node: NodeState; outcome: Outcome & { kind: Kind } }[] {
    const found: { node: NodeState; outcome: Outcome & { kind: Kind } }[] = [];
    for (const node of this.nodes.values()) {
      if (node.outcome !== undefined && isOf(node.outcome, kind)) found.push({ node, outcome: node.outcome });
    }
    return found;
  }

  #add(id: NodeId, needs: readonly NodeId[]): NodeState {
    const node: NodeState = {
      id,
      needs,
      phase: "pending",
      attempt: 0,
      startedAt: 0,
      retryAt: 0,
      retryBecause: undefined,
      waitsFor: "",
      bytes: 0,
      totalBytes: 0,
      meter: new Meter(),
      outcome: undefined,
      durationMs: 0,
    };
    this.nodes.set(id, node);
    this.pending.add(node);
    return node;
  }

  /** A node that no event announced is known from its first one on. */
  #node(id: NodeId): NodeState {
    return this.nodes.get(id) ?? this.#add(id, []);
  }

  #start(node: NodeState, at: number, attempt: number): void {
    if (node.attempt === 0) node.startedAt = at;
    node.phase = "running";
    node.attempt = attempt;
    node.meter.add(at, 0);
    this.meter.add(at, this.#passed);
    this.pending.delete(node);
    this.running.add(node);
  }

  #progress(node: NodeState, at: number, bytes: number, totalBytes: number): void {
    this.#passed += Math.max(0, bytes - node.bytes);
    this.meter.add(at, this.#passed);
    node.meter.add(at, bytes);
    this.#count(node, bytes, totalBytes);
  }

  #count(node: NodeState, bytes: number, totalBytes: number): void {
    this.bytes += bytes - node.bytes;
    this.totalBytes += totalBytes - node.totalBytes;
    node.bytes = bytes;
    node.totalBytes = totalBytes;
  }

  /** What counts in the end is what a node says it moved; of one that is not done nothing is sure to have stayed. */
  #settle(node: NodeState, outcome: Outcome, durationMs: number): void {
    const bytes = outcome.kind === "done" ? outcome.bytes : 0;
    this.#count(node, bytes, bytes);
    node.phase = "settled";
    node.outcome = outcome;
    node.durationMs = durationMs;
    this.pending.delete(node);
    this.running.delete(node);
    if (outcome.kind === "done") this.counts[COUNT_OF[outcome.effect]] += 1;
    else this.counts[outcome.kind] += 1;
  }
}

/** Which counter a node that is done belongs to. */
const COUNT_OF = { changed: "changed", unchanged: "upToDate", ran: "ran", none: "without" } as const;

function isOf<Kind extends Outcome["kind"]>(outcome: Outcome, kind: Kind): outcome is Outcome & { kind: Kind } {
  return outcome.kind === kind;
}
