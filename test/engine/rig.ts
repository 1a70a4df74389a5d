import type { EventBody } from "../../src/engine/event.ts";
import {
  asNodeId,
  type Clock,
  type Graph,
  type Node,
  type NodeId,
  type Outcome,
  type RunOptions,
  type RunOutcome,
  runGraph,
  type StepContext,
  type StepResult,
} from "../../src/engine/index.ts";
import { Failed, type FailureClass } from "../../src/failure/index.ts";

/** A graph from lines such as `bundle < copy-a copy-b @ quay harbor`: a name, what it needs, its pools. */
export function graph(...lines: readonly string[]): Graph<string> {
  const nodes = new Map<NodeId, Node<string>>();
  for (const line of lines) {
    const [left = "", pools = ""] = line.split("@");
    const [name = "", needs = ""] = left.split("<");
    const id = asNodeId(name.trim());
    nodes.set(id, { id, step: name.trim(), needs: words(needs).map(asNodeId), pools: words(pools) });
  }
  return { nodes };
}

const words = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean);

export type Step = (context: StepContext<string>, name: string) => Promise<StepResult<string>> | StepResult<string>;

export const done = (name = ""): StepResult<string> => ({
  kind: "done",
  value: `value of ${name}`,
  effect: "changed",
  summary: "",
  bytes: 0,
});

export const failing = (failureClass: FailureClass, options: { retryAfterMs?: number } = {}) =>
  new Failed({ code: "test/failed", class: failureClass, message: `a ${failureClass} failure` }, options);

/** One run under observation: what happened in which order, and the handles to influence it. */
export class Rig {
  readonly events: EventBody[] = [];
  readonly stopping = new AbortController();
  readonly killed = new AbortController();
  readonly clock = new FakeClock();
  readonly #steps: Record<string, Step>;

  /** Steps by node name; a node without one is done at once. */
  constructor(steps: Record<string, Step> = {}) {
    this.#steps = steps;
  }

  run(graph: Graph<string>, options: Partial<RunOptions<string>> = {}): Promise<RunOutcome> {
    return runGraph<string, string>(graph, (node, context) => this.#execute(node.step, context), {
      emit: (event) => this.events.push(event),
      jobs: 100,
      pools: new Map(),
      attempts: 3,
      onFailure: "keep-going",
      stopping: this.stopping.signal,
      killed: this.killed.signal,
      clock: this.clock,
      random: () => 0.5,
      ...options,
    });
  }

  async #execute(name: string, context: StepContext<string>): Promise<StepResult<string>> {
    const step = this.#steps[name];
    return step === undefined ? done(name) : step(context, name);
  }

  started(): string[] {
    return this.events.flatMap((event) => (event.type === "node-started" ? [event.id] : []));
  }

  settled(): string[] {
    return this.events.flatMap((event) => (event.type === "node-settled" ? [event.id] : []));
  }
}

/** A promise that a test settles by hand. */
export class Latch<Value = StepResult<string>> {
  open: (value: Value) => void = () => {};
  fail: (error: unknown) => void = () => {};
  readonly promise = new Promise<Value>((resolve, reject) => {
    this.open = resolve;
    this.fail = reject;
  });
}

/** Outcomes in words: `done`, `failed`, `blocked by a b`. */
export function inWords({ outcomes }: RunOutcome): Record<string, string> {
  return Object.fromEntries([...outcomes].map(([id, outcome]) => [id, wordsOf(outcome)]));
}

function wordsOf(outcome: Outcome): string {
  return outcome.kind === "blocked" ? `blocked by ${outcome.by.join(" ")}` : outcome.kind;
}

/** Lets everything that is due by now happen. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock that stands until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly call: () => void }[] = [];

  readonly now = (): number => this.#now;

  readonly after = (delayMs: number, call: () => void): (() => void) => {
    const timer = { at: this.#now + delayMs, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  async advance(ms: number): Promise<void> {
    await settle();
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.call();
    await settle();
  }
}
