import assert from "node:assert/strict";
import { test } from "uvu";
import { asNodeId } from "../../src/engine/index.ts";
import { judge } from "../../src/engine/retry.ts";
import type { FailureClass } from "../../src/failure/index.ts";
import { FailedTogether } from "../../src/failure/index.ts";
import { done, failing, graph, inWords, Rig, settle } from "./rig.ts";

/** Fails so many times, then is done. */
function flaky(times: number, error: unknown) {
  let left = times;
  return () => {
    if (left-- > 0) throw error;
    return done();
  };
}

test("a transient failure is tried again after a pause, and the events say so", async () => {
  const rig = new Rig({ a: flaky(1, failing("transient")) });
  const run = rig.run(graph("a", "b < a"));
  await rig.clock.advance(249);
  assert.deepEqual(rig.started(), ["a"]);
  await rig.clock.advance(1);
  assert.deepEqual(inWords(await run), { a: "done", b: "done" });
  const kinds = rig.events.map((event) => ("attempt" in event ? `${event.type} ${event.attempt}` : event.type));
  assert.deepEqual(kinds.slice(0, 4), ["node-started 1", "node-retrying 1", "node-started 2", "node-settled"]);
  const settled = rig.events.find((event) => event.type === "node-settled");
  assert.equal(settled?.type === "node-settled" && settled.durationMs, 250, "the time of a node spans its attempts");
});

test("the attempts have a bound, the first counted", async () => {
  const rig = new Rig({ a: flaky(9, failing("transient")) });
  const run = rig.run(graph("a"), { attempts: 3 });
  for (let i = 0; i < 5; i++) await rig.clock.advance(60_000);
  assert.deepEqual(inWords(await run), { a: "failed" });
  assert.deepEqual(rig.started(), ["a", "a", "a"]);
});

for (const failureClass of ["permanent", "conflict", "usage", "cancelled"] satisfies FailureClass[]) {
  test(`a failure of class ${failureClass} is never tried again`, async () => {
    const rig = new Rig({ a: flaky(1, failing(failureClass)) });
    await rig.run(graph("a"));
    assert.deepEqual(rig.started(), ["a"]);
  });
}

test("a node that pauses gives its places to others", async () => {
  const rig = new Rig({ a: flaky(1, failing("transient")) });
  const run = rig.run(graph("a @ quay", "b @ quay"), { jobs: 1, pools: new Map([["quay", 1]]) });
  await settle();
  assert.deepEqual(rig.settled(), ["b"]);
  await rig.clock.advance(1_000);
  await run;
  assert.deepEqual(rig.started(), ["a", "b", "a"]);
});

test("the values of needs are there in the second attempt too", async () => {
  const seen: (string | undefined)[] = [];
  const rig = new Rig({
    b: ({ values }) => {
      seen.push(values.get(asNodeId("a")));
      if (seen.length === 1) throw failing("transient");
      return done();
    },
  });
  const run = rig.run(graph("a", "b < a"));
  await rig.clock.advance(1_000);
  await run;
  assert.deepEqual(seen, ["value of a", "value of a"]);
});

test("a report that outlives its attempt is dropped", async () => {
  const reports: (() => void)[] = [];
  const rig = new Rig({
    a: ({ report }) => {
      reports.push(() => report({ type: "node-log", stream: "log", line: "old" }));
      if (reports.length === 1) throw failing("transient");
      reports[0]?.();
      return done();
    },
  });
  const run = rig.run(graph("a"));
  await rig.clock.advance(1_000);
  await run;
  assert.ok(!rig.events.some((event) => event.type === "node-log"));
});

test("the pause is drawn between nothing and a bound that doubles, up to half a minute", () => {
  const pause = (attempt: number, draw: number) => judge(failing("transient"), attempt, () => draw).retryInMs;
  assert.equal(pause(1, 0), 0);
  assert.deepEqual([pause(1, 1), pause(2, 1), pause(3, 1), pause(20, 1)], [500, 1_000, 2_000, 30_000]);
  assert.equal(pause(2, 0.25), 250);
});

test("a server that says when to come back is not asked before", () => {
  const asked = failing("transient", { retryAfterMs: 7_000 });
  assert.equal(judge(asked, 1, () => 0).retryInMs, 7_000);
  assert.equal(judge(asked, 1, () => 1).retryInMs, 7_500);
});

test("a server that wants to be left alone for more than five minutes ends the attempts", () => {
  assert.equal(judge(failing("transient", { retryAfterMs: 300_001 }), 1, () => 0).retryInMs, undefined);
});

test("failures found together are tried again only if each is transient", () => {
  const together = (...classes: FailureClass[]) =>
    judge(new FailedTogether(classes.map((each) => failing(each).failure)), 1, () => 0).retryInMs;
  assert.equal(together("transient", "transient"), 0);
  assert.equal(together("transient", "permanent"), undefined);
});

test.run();
