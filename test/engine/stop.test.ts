import assert from "node:assert/strict";
import { test } from "uvu";
import { done, failing, graph, inWords, Latch, Rig, settle } from "./rig.ts";

test("fail-fast starts nothing new, lets what runs go on, and cancels the rest", async () => {
  const a = new Latch();
  const b = new Latch();
  const rig = new Rig({ a: () => a.promise, b: () => b.promise });
  const run = rig.run(graph("a", "b", "c", "of-a < a", "of-b < b"), { jobs: 2, onFailure: "fail-fast" });
  await settle();
  a.fail(failing("permanent"));
  await settle();
  b.open(done());
  const outcome = await run;
  assert.deepEqual(inWords(outcome), {
    a: "failed",
    b: "done",
    c: "cancelled",
    "of-a": "blocked by a",
    "of-b": "cancelled",
  });
  assert.equal(outcome.stopped, "fail-fast");
  assert.deepEqual(rig.started(), ["a", "b"]);
});

test("fail-fast does not abort what runs", async () => {
  const b = new Latch();
  let aborted: boolean | undefined;
  const rig = new Rig({
    a: () => Promise.reject(failing("permanent")),
    b: async ({ stopping }) => {
      await b.promise;
      aborted = stopping.aborted;
      return done();
    },
  });
  const run = rig.run(graph("a", "b"), { onFailure: "fail-fast" });
  await settle();
  b.open(done());
  await run;
  assert.equal(aborted, false);
});

test("waiting on the outside is no failure to fail-fast", async () => {
  const rig = new Rig({ a: () => ({ kind: "waiting", for: "approval" }) });
  const outcome = await rig.run(graph("a", "b"), { jobs: 1, onFailure: "fail-fast" });
  assert.deepEqual(inWords(outcome), { a: "waiting", b: "done" });
  assert.equal(outcome.stopped, undefined);
});

test("under keep-going a failure stops nothing", async () => {
  const rig = new Rig({ a: () => Promise.reject(failing("permanent")) });
  const outcome = await rig.run(graph("a", "b"), { jobs: 1 });
  assert.deepEqual(inWords(outcome), { a: "failed", b: "done" });
  assert.equal(outcome.stopped, undefined);
});

test("on an interrupt nothing new starts, and running steps end by themselves", async () => {
  const a = new Latch();
  const rig = new Rig({ a: () => a.promise });
  const run = rig.run(graph("a", "b", "c < a"), { jobs: 1 });
  await settle();
  rig.stopping.abort();
  await settle();
  assert.deepEqual(rig.settled(), ["b", "c"]);
  a.open(done());
  const outcome = await run;
  assert.deepEqual(inWords(outcome), { a: "done", b: "cancelled", c: "cancelled" });
  assert.equal(outcome.stopped, "interrupt");
  assert.deepEqual(
    rig.events.filter((event) => event.type === "run-stopping"),
    [{ type: "run-stopping", reason: "interrupt" }],
  );
});

test("an interrupt in the very moment when several nodes start lets none of them start after it", async () => {
  const rig = new Rig({
    a: () => {
      rig.stopping.abort();
      return done();
    },
  });
  assert.deepEqual(inWords(await rig.run(graph("a", "b", "c < a"))), { a: "done", b: "cancelled", c: "cancelled" });
  assert.deepEqual(rig.started(), ["a"]);
  assert.deepEqual(rig.settled().sort(), ["a", "b", "c"]);
});

test("a run that is interrupted before it starts does nothing", async () => {
  const rig = new Rig();
  rig.stopping.abort();
  assert.deepEqual(inWords(await rig.run(graph("a", "b < a"))), { a: "cancelled", b: "cancelled" });
  assert.deepEqual(rig.started(), []);
});

test("a step that drops its work because of the interrupt is cancelled, not failed", async () => {
  const obey = ({ stopping }: { stopping: AbortSignal }) =>
    new Promise<never>((_, reject) => stopping.addEventListener("abort", () => reject(stopping.reason)));
  const rig = new Rig({ a: obey, b: obey });
  const run = rig.run(graph("a", "b", "c < a"));
  await settle();
  rig.stopping.abort();
  assert.deepEqual(inWords(await run), { a: "cancelled", b: "cancelled", c: "cancelled" });
});

test("an abort without an interrupt is a failure", async () => {
  const rig = new Rig({ a: () => Promise.reject(new DOMException("gone", "AbortError")) });
  assert.deepEqual(inWords(await rig.run(graph("a"))), { a: "failed" });
});

test("a step that fails during an interrupt has failed, and is not tried again", async () => {
  const a = new Latch();
  const rig = new Rig({ a: () => a.promise });
  const run = rig.run(graph("a"));
  await settle();
  rig.stopping.abort();
  a.fail(failing("transient"));
  assert.deepEqual(inWords(await run), { a: "failed" });
});

test("a node that waits to be tried again when the run stops has failed", async () => {
  const rig = new Rig({ a: () => Promise.reject(failing("transient")) });
  const run = rig.run(graph("a", "b < a"));
  await settle();
  rig.stopping.abort();
  assert.deepEqual(inWords(await run), { a: "failed", b: "blocked by a" });
  assert.equal(rig.clock.timers, 0);
});

test("an interrupt after a fail-fast is told too, and outweighs it", async () => {
  const b = new Latch();
  const rig = new Rig({ a: () => Promise.reject(failing("permanent")), b: () => b.promise });
  const run = rig.run(graph("a", "b"), { onFailure: "fail-fast" });
  await settle();
  rig.stopping.abort();
  b.open(done());
  assert.equal((await run).stopped, "interrupt");
  assert.deepEqual(
    rig.events.flatMap((event) => (event.type === "run-stopping" ? [event.reason] : [])),
    ["fail-fast", "interrupt"],
  );
});

test("once killed, a step that ignores it is given up after the grace, and what it does later is ignored", async () => {
  const a = new Latch();
  const rig = new Rig({ a: () => a.promise });
  const run = rig.run(graph("a", "b < a"), { killGraceMs: 300 });
  await settle();
  rig.stopping.abort();
  rig.killed.abort();
  await rig.clock.advance(299);
  assert.deepEqual(rig.settled(), ["b"]);
  await rig.clock.advance(1);
  assert.deepEqual(inWords(await run), { a: "cancelled", b: "cancelled" });
  const events = rig.events.length;
  a.fail(new Error("nobody hears this"));
  await settle();
  assert.equal(rig.events.length, events);
});

test("a step that succeeds after it was given up stays cancelled", async () => {
  const a = new Latch();
  const b = new Latch();
  const rig = new Rig({ a: () => a.promise, b: () => b.promise });
  const run = rig.run(graph("a", "b"), { killGraceMs: 300 });
  await settle();
  b.promise.then(() => a.open(done()));
  rig.killed.abort();
  await rig.clock.advance(300);
  b.open(done());
  await settle();
  assert.deepEqual(inWords(await run), { a: "cancelled", b: "cancelled" });
  assert.deepEqual(rig.settled(), ["a", "b"]);
});

test("a run that is stopped by a reader of its events settles first what is being settled", async () => {
  const rig = new Rig({ a: () => Promise.reject(failing("permanent")) });
  const run = rig.run(graph("a", "b < a", "c < b"), {
    emit: (event) => {
      rig.events.push(event);
      if (event.type === "node-settled") rig.stopping.abort();
    },
  });
  assert.deepEqual(inWords(await run), { a: "failed", b: "blocked by a", c: "blocked by a" });
});

test("once killed, a step that obeys within the grace tells its own outcome", async () => {
  const a = new Latch();
  const rig = new Rig({ a: () => a.promise });
  const run = rig.run(graph("a"));
  await settle();
  rig.killed.abort();
  await settle();
  a.open(done());
  const outcome = await run;
  assert.deepEqual(inWords(outcome), { a: "done" });
  assert.equal(outcome.stopped, "interrupt");
  assert.equal(rig.clock.timers, 0);
});

test("a signal that comes after the end changes nothing", async () => {
  const rig = new Rig();
  await rig.run(graph("a"));
  const events = rig.events.length;
  rig.stopping.abort();
  rig.killed.abort();
  await settle();
  assert.equal(rig.events.length, events);
});

test.run();
