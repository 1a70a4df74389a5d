import assert from "node:assert/strict";
import { test } from "uvu";
import type { EventBody, Graph, Node, NodeId, Outcome, StepResult } from "../../src/engine/index.ts";
import { asNodeId, runGraph } from "../../src/engine/index.ts";
import { Failed, unreachable } from "../../src/failure/index.ts";

const runs = 300;

for (const [name, stop] of [
  ["that run to their end", "never"],
  ["that are interrupted on the way", "interrupt"],
  ["that stop at the first failure", "fail-fast"],
] as const) {
  test(`what must hold in ${runs} random graphs ${name}`, async () => {
    for (let seed = 1; seed <= runs; seed++) {
      const random = randomFrom(seed);
      const world = randomWorld(random);
      try {
        await runAndCheck(world, random, stop);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}`);
      }
    }
  });
}

type Fate = "done" | "skipped" | "waiting" | "conflict" | "throws" | "flaky";
type Stop = "never" | "interrupt" | "fail-fast";

interface World {
  readonly graph: Graph<Fate>;
  readonly limits: ReadonlyMap<string, number>;
  readonly jobs: number;
}

function randomWorld(random: () => number): World {
  const pick = (below: number) => Math.floor(random() * below);
  const poolNames = ["quay", "harbor", "hub", "unlimited"];
  const nodes = new Map<NodeId, Node<Fate>>();
  const size = 1 + pick(40);
  for (let i = 0; i < size; i++) {
    const ids = [...nodes.keys()];
    const needs = Array.from({ length: i === 0 ? 0 : pick(4) }, () => ids[pick(ids.length)] ?? asNodeId("n0"));
    const pools = poolNames.filter(() => random() < 0.3);
    const fates: Fate[] = ["skipped", "waiting", "conflict", "throws", "flaky"];
    const step = random() < 0.75 ? "done" : (fates[pick(fates.length)] ?? "done");
    const id = asNodeId(`n${i}`);
    nodes.set(id, { id, step, needs, pools });
  }
  const limits = new Map(poolNames.slice(0, 3).map((name) => [name, 1 + pick(3)] as const));
  return { graph: { nodes }, limits, jobs: 1 + pick(6) };
}

async function runAndCheck({ graph, limits, jobs }: World, random: () => number, stop: Stop): Promise<void> {
  const events: EventBody[] = [];
  const stopping = new AbortController();
  const settled = new Map<string, Outcome>();
  const running = new Map<string, Node<Fate>>();
  const attempts = new Map<string, number>();

  const broken: string[] = [];

  const execute = async (node: Node<Fate>): Promise<StepResult<string>> => {
    const unsettled = node.needs.filter((need) => !/^(done|skipped)$/.test(settled.get(need)?.kind ?? ""));
    if (unsettled.length > 0) broken.push(`${node.id} started before ${unsettled}`);
    if (stopping.signal.aborted) broken.push(`${node.id} started after the interrupt`);
    running.set(node.id, node);
    broken.push(...overLimits([...running.values()], limits, jobs));
    const attempt = (attempts.get(node.id) ?? 0) + 1;
    attempts.set(node.id, attempt);
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await new Promise(setImmediate);
    if (stop === "interrupt" && random() < 0.1) stopping.abort();
    running.delete(node.id);
    return end(node.step, attempt);
  };

  const { outcomes, stopped } = await runGraph(graph, execute, {
    emit: (event) => {
      events.push(event);
      if (event.type === "node-settled") settled.set(event.id, event.outcome);
    },
    jobs,
    pools: limits,
    attempts: 2,
    onFailure: stop === "fail-fast" ? "fail-fast" : "keep-going",
    stopping: stopping.signal,
    killed: new AbortController().signal,
    clock: { now: () => 0, after: (_, call) => stopOf(setImmediate(call)) },
  });

  assert.deepEqual(broken, []);
  assert.equal(running.size, 0);
  assert.deepEqual([...outcomes.keys()], [...graph.nodes.keys()]);
  const tellings = events.flatMap((event) => (event.type === "node-settled" ? [event.id] : []));
  assert.deepEqual(tellings.sort(), [...graph.nodes.keys()].sort(), "each settles exactly once");
  for (const node of graph.nodes.values()) {
    assertOutcome(node, outcomes, attempts, stopped === undefined ? "whole" : "stopped");
  }
  assertStopped(events, outcomes, stopped, stop);
}

const stopOf = (immediate: NodeJS.Immediate) => () => clearImmediate(immediate);

function end(fate: Fate, attempt: number): StepResult<string> {
  switch (fate) {
    case "done":
      return { kind: "done", value: "", effect: "unchanged", summary: "", bytes: 0 };
    case "skipped":
      return { kind: "skipped", why: "test" };
    case "waiting":
      return { kind: "waiting", for: "test" };
    case "conflict":
      throw new Failed({ code: "test/conflict", class: "conflict", message: "conflict" });
    case "throws":
      throw new RangeError("not ours");
    case "flaky":
      if (attempt > 1) return end("done", attempt);
      throw new Failed({ code: "test/flaky", class: "transient", message: "flaky" });
    default:
      return unreachable(fate);
  }
}

function overLimits(running: readonly Node<Fate>[], limits: ReadonlyMap<string, number>, jobs: number): string[] {
  const inPool = (pool: string) => running.filter((node) => node.pools.includes(pool)).length;
  const over = [...limits].filter(([pool, places]) => inPool(pool) > places).map(([pool]) => `too many in ${pool}`);
  return running.length > jobs ? [...over, "too many jobs"] : over;
}

function assertOutcome(
  node: Node<Fate>,
  outcomes: ReadonlyMap<NodeId, Outcome>,
  attempts: ReadonlyMap<string, number>,
  run: "whole" | "stopped",
): void {
  const outcome = outcomes.get(node.id);
  const roots = rootsAbove(node, outcomes);
  if (outcome?.kind === "blocked") {
    // A stop settles a node at once; what still ran above it may have failed later.
    const known = run === "whole" ? roots : roots.filter((root) => outcome.by.some((by) => by === root));
    assert.ok(outcome.by.length > 0);
    assert.deepEqual([...outcome.by].sort(), known, `${node.id} is blocked by exactly the roots above it`);
  } else if (outcome?.kind !== "cancelled") {
    assert.deepEqual(roots, [], `${node.id} is ${outcome?.kind}, so nothing above it went wrong`);
  }
  const ran = attempts.has(node.id);
  assert.equal(ran, outcome?.kind !== "blocked" && outcome?.kind !== "cancelled", `${node.id} ran`);
  if (outcome?.kind === "done") assert.equal(attempts.get(node.id), node.step === "flaky" ? 2 : 1);
}

/** What failed or waits, directly or behind blocked nodes, among all that a node needs. */
function rootsAbove(node: Node<Fate>, outcomes: ReadonlyMap<NodeId, Outcome>): string[] {
  const roots = new Set<string>();
  for (const need of node.needs) {
    const outcome = outcomes.get(need);
    if (outcome?.kind === "failed" || outcome?.kind === "waiting") roots.add(need);
    if (outcome?.kind === "blocked") for (const root of outcome.by) roots.add(root);
  }
  return [...roots].sort();
}

function assertStopped(
  events: readonly EventBody[],
  outcomes: ReadonlyMap<NodeId, Outcome>,
  stopped: string | undefined,
  stop: Stop,
): void {
  const kinds = [...outcomes.values()].map(({ kind }) => kind);
  const at = events.findIndex((event) => event.type === "run-stopping");
  assert.equal(at >= 0, stopped !== undefined);
  if (stop === "never") assert.equal(stopped, undefined);
  if (stop === "fail-fast") assert.equal(stopped !== undefined, kinds.includes("failed"));
  if (stopped === undefined) assert.ok(!kinds.includes("cancelled"));
  else assert.ok(!events.slice(at).some((event) => event.type === "node-started"), "nothing starts after a stop");
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.run();
