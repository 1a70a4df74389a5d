import assert from "node:assert/strict";
import { test } from "uvu";
import { PoolQueue } from "../../src/engine/pools.ts";
import { Failed } from "../../src/failure/index.ts";
import { graph, Rig } from "./rig.ts";

const waiter = (name: string, pools: string[] = [], chain = 0) => ({ name, chain, node: { pools } });
type Named = ReturnType<typeof waiter>;
const queue = (jobs: number, limits: Record<string, number> = {}) =>
  new PoolQueue<Named>(jobs, new Map(Object.entries(limits)));
const names = (waiters: readonly Named[]) => waiters.map(({ name }) => name);

test("no more are let in at once than there are jobs", () => {
  const waiting = queue(2);
  const all = ["a", "b", "c"].map((name) => waiter(name));
  for (const each of all) waiting.push(each);
  const first = waiting.admit();
  assert.deepEqual(names(first), ["a", "b"]);
  assert.deepEqual(names(waiting.admit()), []);
  for (const each of first.slice(0, 1)) waiting.release(each);
  assert.deepEqual(names(waiting.admit()), ["c"]);
});

test("a pool lets in as many as it has places, and others pass by", () => {
  const waiting = queue(9, { quay: 2 });
  for (const name of ["a", "b", "c"]) waiting.push(waiter(name, ["quay"]));
  waiting.push(waiter("d"));
  assert.deepEqual(names(waiting.admit()), ["a", "b", "d"]);
});

test("a pool without a limit holds nobody back", () => {
  const waiting = queue(9, {});
  for (const name of ["a", "b", "c"]) waiting.push(waiter(name, ["quay"]));
  assert.equal(waiting.admit().length, 3);
});

test("a pool that is named twice is taken once", () => {
  const waiting = queue(9, { quay: 1 });
  waiting.push(waiter("a", ["quay", "quay"]));
  assert.deepEqual(names(waiting.admit()), ["a"]);
});

test("all places are taken together: who lacks one holds none", () => {
  const waiting = queue(9, { quay: 1, harbor: 1 });
  const a = waiter("a", ["quay"]);
  waiting.push(a);
  assert.deepEqual(names(waiting.admit()), ["a"]);
  waiting.push(waiter("both", ["harbor", "quay"]));
  assert.deepEqual(names(waiting.admit()), []);
  waiting.release(a);
  assert.deepEqual(names(waiting.admit()), ["both"]);
});

test("who needs two busy pools is not starved by those behind that need one", () => {
  const waiting = queue(9, { quay: 1, harbor: 1 });
  const running = { quay: waiter("q0", ["quay"]), harbor: waiter("h0", ["harbor"]) };
  waiting.push(running.quay);
  waiting.push(running.harbor);
  assert.equal(waiting.admit().length, 2);
  waiting.push(waiter("both", ["quay", "harbor"]));
  for (const name of ["q1", "q2"]) waiting.push(waiter(name, ["quay"]));
  for (const name of ["h1", "h2"]) waiting.push(waiter(name, ["harbor"]));
  waiting.release(running.harbor);
  assert.deepEqual(names(waiting.admit()), []);
  waiting.release(running.quay);
  assert.deepEqual(names(waiting.admit()), ["both"]);
});

test("a wide pool does not stand idle for one who waits for a narrow pool", () => {
  const waiting = queue(9, { narrow: 1, wide: 2 });
  const first = waiter("first", ["narrow"]);
  waiting.push(first);
  waiting.admit();
  waiting.push(waiter("both", ["wide", "narrow"]));
  for (const name of ["w1", "w2"]) waiting.push(waiter(name, ["wide"]));
  assert.deepEqual(names(waiting.admit()), ["w1", "w2"]);
});

test("the longest chain of dependents goes first, then first come, first served", () => {
  const waiting = queue(9, { quay: 9 });
  waiting.push(waiter("leaf"));
  waiting.push(waiter("long", ["quay"], 5));
  waiting.push(waiter("short", [], 1));
  waiting.push(waiter("leaf2", ["quay"]));
  assert.deepEqual(names(waiting.admit()), ["long", "short", "leaf", "leaf2"]);
});

test("in a run, what the longest chain waits for starts first", async () => {
  const rig = new Rig();
  await rig.run(graph("alone", "head", "middle < head", "end < middle"), { jobs: 1 });
  assert.deepEqual(rig.started(), ["head", "middle", "alone", "end"]);
});

for (const places of [0, -1, 0.5, Number.NaN]) {
  test(`a limit of ${places} is refused, as nothing could ever run`, async () => {
    for (const options of [{ jobs: places }, { pools: new Map([["quay", places]]) }]) {
      await assert.rejects(new Rig().run(graph("a"), options), (error) => {
        return error instanceof Failed && error.failure.code === "engine/no-places";
      });
    }
  });
}

test("10,000 nodes in 10,000 pools are let in without a search through all of them each", () => {
  const limits = new Map(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, 1] as const));
  const waiting = new PoolQueue<Named>(Number.POSITIVE_INFINITY, limits);
  for (const pool of limits.keys()) waiting.push(waiter(pool, [pool]));
  const before = performance.now();
  assert.equal(waiting.admit().length, 10_000);
  assert.ok(performance.now() - before < 1_000);
});

test.run();
