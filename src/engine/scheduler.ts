import { unreachable } from "../failure/index.ts";
import { Blockers } from "./blockers.ts";
import { systemClock } from "./clock.ts";
import type { Execute, RunOptions, RunOutcome, StepContext, StepResult } from "./contract.ts";
import type { Outcome, StopReason } from "./event.ts";
import type { Graph, NodeId } from "./graph.ts";
import { PoolQueue } from "./pools.ts";
import { isAbort, judge, pauseOfWaiting } from "./retry.ts";
import { type Track, tracksOf } from "./track.ts";

const killGraceMs = 1_000;

/** One run of one graph. Every change of state happens in one of the methods below, between two waits. */
export class Scheduler<Step, Value> {
  readonly #tracks: readonly Track<Step>[];
  readonly #queue: PoolQueue<Track<Step>>;
  readonly #execute: Execute<Step, Value>;
  readonly #options: RunOptions<Value>;
  readonly #clock;
  readonly #random;
  readonly #outcomes = new Map<NodeId, Outcome>();
  readonly #values = new Map<NodeId, Value>();
  readonly #onStopping = () => this.#guard(() => this.#stop("interrupt"));
  readonly #onKilled = () => this.#guard(() => this.#kill());
  #changes: (() => void)[] = [];
  #stopped: StopReason | undefined;
  #ended: "no" | "yes" = "no";
  /** Until when nodes that wait on the outside are asked again, from the first that waits on. */
  #waitUntil: number | undefined;
  #cancelGrace: (() => void) | undefined;
  #resolve: (outcome: RunOutcome) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(graph: Graph<Step>, execute: Execute<Step, Value>, options: RunOptions<Value>) {
    this.#tracks = tracksOf(graph);
    this.#queue = new PoolQueue(options.jobs, options.pools);
    this.#execute = execute;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  run(): Promise<RunOutcome> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#guard(() => this.#begin());
    });
  }

  #begin(): void {
    const { stopping, killed } = this.#options;
    for (const track of this.#tracks) this.#takeSettled(track);
    for (const track of this.#tracks) if (track.state === "unready" && track.unsettledNeeds === 0) this.#enqueue(track);
    if (stopping.aborted || killed.aborted) this.#stop("interrupt");
    else if (this.#options.onFailure === "fail-fast" && this.#hasFailed()) this.#stop("fail-fast");
    stopping.addEventListener("abort", this.#onStopping);
    killed.addEventListener("abort", this.#onKilled);
  }

  #takeSettled(track: Track<Step>): void {
    const before = this.#options.settled?.get(track.node.id);
    if (before === undefined) return;
    if (before.value !== undefined) this.#values.set(track.node.id, before.value);
    this.#settle(track, before.outcome);
  }

  #hasFailed(): boolean {
    return [...this.#outcomes.values()].some(({ kind }) => kind === "failed");
  }

  #enqueue(track: Track<Step>): void {
    track.state = "ready";
    this.#queue.push(track);
  }

  /**
   * Makes a change, then starts all that may start. A change that comes while another is made (a step or a reader
   * that aborts the run) waits for its turn. A defect in here ends the run, never the process.
   */
  #guard(change: () => void): void {
    if (this.#ended === "yes") return;
    this.#changes.push(change);
    if (this.#changes.length > 1) return;
    try {
      for (const next of this.#changes) {
        next();
        this.#startReady();
      }
      this.#changes = [];
      if (this.#outcomes.size === this.#tracks.length) this.#finish();
    } catch (error) {
      this.#close();
      this.#reject(error);
    }
  }

  #startReady(): void {
    const { stopping, killed } = this.#options;
    if (this.#stopped !== undefined) return;
    for (const track of this.#queue.admit()) {
      if (stopping.aborted || killed.aborted) return;
      this.#start(track);
    }
  }

  #start(track: Track<Step>): void {
    const attempt = track.attempt + 1;
    track.state = "running";
    track.attempt = attempt;
    track.startedAt ??= this.#clock.now();
    // Asking again what waits is no news.
    if (track.waits === undefined || attempt > 1) {
      this.#options.emit({ type: "node-started", id: track.node.id, attempt });
    }
    this.#attempt(track, this.#contextOf(track, attempt)).then(
      (result) => this.#guard(() => this.#onResult(track, result)),
      (thrown: unknown) => this.#guard(() => this.#onThrown(track, thrown)),
    );
  }

  /** Async, so that a step that throws before its first wait fails like any other. */
  async #attempt(track: Track<Step>, context: StepContext<Value>): Promise<StepResult<Value>> {
    return this.#execute(track.node, context);
  }

  #contextOf(track: Track<Step>, attempt: number): StepContext<Value> {
    const { emit, stopping, killed } = this.#options;
    return {
      stopping,
      killed,
      values: this.#valuesFor(track),
      report: (report) => {
        if (track.state === "running" && track.attempt === attempt) emit({ id: track.node.id, ...report });
      },
    };
  }

  #valuesFor({ node }: Track<Step>): ReadonlyMap<NodeId, Value> {
    const values = new Map<NodeId, Value>();
    for (const need of node.needs) {
      const value = this.#values.get(need);
      if (value !== undefined) values.set(need, value);
    }
    return values;
  }

  #onResult(track: Track<Step>, result: StepResult<Value>): void {
    if (track.state !== "running") return;
    this.#queue.release(track);
    if (result.kind === "waiting" && this.#askLater(track, result.for)) return;
    if (result.kind === "done") this.#values.set(track.node.id, result.value);
    this.#settle(track, outcomeOf(result));
  }

  #onThrown(track: Track<Step>, thrown: unknown): void {
    if (track.state !== "running") return;
    this.#queue.release(track);
    const { failure, retryInMs } = judge(thrown, track.attempt, this.#random);
    if (failure.class === "cancelled" || (this.#stopped === "interrupt" && isAbort(thrown))) {
      this.#settle(track, { kind: "cancelled" });
      return;
    }
    if (retryInMs !== undefined && track.attempt < this.#options.attempts && this.#stopped === undefined) {
      track.lastFailure = failure;
      this.#rest(track, retryInMs);
      this.#options.emit({
        type: "node-retrying",
        id: track.node.id,
        attempt: track.attempt,
        delayMs: retryInMs,
        failure,
      });
      return;
    }
    this.#settle(track, { kind: "failed", failure });
    if (this.#options.onFailure === "fail-fast") this.#stop("fail-fast");
  }

  /** True where it is asked again: there is time left, and nothing stops the run. */
  #askLater(track: Track<Step>, waitsFor: string): boolean {
    const now = this.#clock.now();
    this.#waitUntil ??= now + (this.#options.waitMs ?? 0);
    const leftMs = this.#waitUntil - now;
    if (leftMs <= 0 || this.#stopped !== undefined) return false;
    const times = (track.waits?.times ?? 0) + 1;
    track.waits = { for: waitsFor, times };
    track.attempt = 0;
    track.lastFailure = undefined;
    const delayMs = Math.min(leftMs, pauseOfWaiting(times));
    this.#rest(track, delayMs);
    this.#options.emit({ type: "node-waiting", id: track.node.id, for: waitsFor, delayMs });
    return true;
  }

  /** Its places are free for others meanwhile. */
  #rest(track: Track<Step>, delayMs: number): void {
    track.state = "resting";
    track.cancelWake = this.#clock.after(delayMs, () =>
      this.#guard(() => {
        if (track.state === "resting") this.#enqueue(track);
      }),
    );
  }

  /** Records an outcome, and those of all nodes that can no longer start because of it. */
  #settle(track: Track<Step>, outcome: Outcome): void {
    const settled = [{ track, outcome }];
    for (const { track, outcome } of settled) {
      this.#record(track, outcome);
      const roots = this.#rootsOf(track, outcome);
      for (const dependent of track.dependents) {
        if (roots.length > 0) block(dependent, roots);
        dependent.unsettledNeeds -= 1;
        if (dependent.state !== "unready" || dependent.unsettledNeeds > 0) continue;
        if (dependent.blockers === undefined) this.#enqueue(dependent);
        else settled.push({ track: dependent, outcome: { kind: "blocked", by: dependent.blockers.roots() } });
      }
    }
  }

  #record(track: Track<Step>, outcome: Outcome): void {
    track.state = "settled";
    this.#outcomes.set(track.node.id, outcome);
    if (this.#options.settled?.has(track.node.id)) return;
    const durationMs = track.startedAt === undefined ? 0 : Math.round(this.#clock.now() - track.startedAt);
    this.#options.emit({ type: "node-settled", id: track.node.id, outcome, durationMs });
  }

  /** The nodes to blame when a dependent cannot start; none where it may. */
  #rootsOf(track: Track<Step>, outcome: Outcome): readonly NodeId[] {
    switch (outcome.kind) {
      case "done":
      case "skipped":
        return [];
      case "failed":
      case "waiting":
        return [track.node.id];
      case "blocked":
        return outcome.by;
      case "cancelled":
        // After a stop the dependents are cancelled for the same reason, not because of this node.
        return this.#stopped === undefined ? [track.node.id] : [];
      default:
        return unreachable(outcome);
    }
  }

  /** Settles everything that does not run at this moment. What runs goes on. */
  #stop(reason: StopReason): void {
    if (this.#stopped === "interrupt" || this.#stopped === reason) return;
    const first = this.#stopped === undefined;
    this.#stopped = reason;
    this.#options.emit({ type: "run-stopping", reason });
    if (!first) return;
    for (const track of this.#tracks) {
      if (track.state === "running" || track.state === "settled") continue;
      this.#settle(track, stoppedOutcome(track));
    }
  }

  /** Steps get a moment to obey; then the run no longer waits for those that do not. */
  #kill(): void {
    this.#stop("interrupt");
    this.#cancelGrace = this.#clock.after(this.#options.killGraceMs ?? killGraceMs, () =>
      this.#guard(() => {
        for (const track of this.#tracks) {
          if (track.state === "running") this.#settle(track, { kind: "cancelled" });
        }
      }),
    );
  }

  #finish(): void {
    this.#close();
    const outcomes = new Map<NodeId, Outcome>();
    for (const { node } of this.#tracks) {
      const outcome = this.#outcomes.get(node.id);
      if (outcome !== undefined) outcomes.set(node.id, outcome);
    }
    this.#resolve({ outcomes, stopped: this.#stopped });
  }

  #close(): void {
    this.#ended = "yes";
    this.#cancelGrace?.();
    for (const track of this.#tracks) track.cancelWake?.();
    this.#options.stopping.removeEventListener("abort", this.#onStopping);
    this.#options.killed.removeEventListener("abort", this.#onKilled);
  }
}

function outcomeOf<Value>(result: StepResult<Value>): Outcome {
  switch (result.kind) {
    case "done":
      return { kind: "done", effect: result.effect, summary: result.summary, bytes: result.bytes };
    case "skipped":
      return { kind: "skipped", why: result.why };
    case "waiting":
      return { kind: "waiting", for: result.for };
    default:
      return unreachable(result);
  }
}

function stoppedOutcome<Step>(track: Track<Step>): Outcome {
  if (track.lastFailure !== undefined) return { kind: "failed", failure: track.lastFailure };
  if (track.waits !== undefined) return { kind: "waiting", for: track.waits.for };
  if (track.blockers !== undefined) return { kind: "blocked", by: track.blockers.roots() };
  return { kind: "cancelled" };
}

function block<Step>(track: Track<Step>, roots: readonly NodeId[]): void {
  if (track.blockers === undefined) track.blockers = new Blockers(roots);
  else track.blockers.add(roots);
}
