import assert from "node:assert/strict";
import { test } from "uvu";
import { pauseOfWaiting } from "../../src/engine/retry.ts";
import { done, failing, graph, inWords, Rig, settle } from "./rig.ts";

const waiting = { kind: "waiting", for: "the grading" } as const;
const MINUTE = 60_000;

/** Waits until the rig's clock stands at so many milliseconds. */
const until = (rig: () => Rig, at: number) => () => (rig().clock.now() >= at ? done() : waiting);

test("without time to wait, what waits is settled at once and blocks what needs it", async () => {
  const rig = new Rig({ a: () => waiting });
  assert.deepEqual(inWords(await rig.run(graph("a", "b < a"))), { a: "waiting", b: "blocked by a" });
});

test("what waits is asked again until it has come, with pauses that grow to two minutes", async () => {
  const rig: Rig = new Rig({ a: until(() => rig, 10 * MINUTE) });
  const run = rig.run(graph("a", "b < a"), { waitMs: 30 * MINUTE });
  for (let i = 0; i < 60; i++) await rig.clock.advance(15_000);
  assert.deepEqual(inWords(await run), { a: "done", b: "done" });
  const asked = rig.events.flatMap((event) => (event.type === "node-waiting" ? [event.delayMs] : []));
  assert.deepEqual(asked.slice(0, 3), [1_000, 1_500, 2_250]);
  assert.ok(Math.max(...asked) <= 2 * MINUTE && asked.length < 20, asked.join());
  assert.equal(pauseOfWaiting(100), 2 * MINUTE);
  assert.deepEqual(rig.started(), ["a", "b"], "asking again is no start");
});

test("the time to wait has an end, at which it is asked once more", async () => {
  let asked = 0;
  const rig = new Rig({
    a: () => {
      asked += 1;
      return waiting;
    },
  });
  const run = rig.run(graph("a", "b < a"), { waitMs: 1_200 });
  await rig.clock.advance(1_000);
  await rig.clock.advance(200);
  assert.deepEqual(inWords(await run), { a: "waiting", b: "blocked by a" });
  assert.equal(asked, 3);
});

test("what waits holds no place, and others go on", async () => {
  const rig: Rig = new Rig({ a: until(() => rig, 500) });
  const run = rig.run(graph("a @ quay", "b @ quay"), { jobs: 1, pools: new Map([["quay", 1]]), waitMs: MINUTE });
  await settle();
  assert.deepEqual(rig.settled(), ["b"]);
  await rig.clock.advance(1_000);
  assert.deepEqual(inWords(await run), { a: "done", b: "done" });
});

test("an interrupt ends the waiting, and says what for", async () => {
  const rig = new Rig({ a: () => waiting });
  const run = rig.run(graph("a"), { waitMs: MINUTE });
  await settle();
  rig.stopping.abort();
  const { outcomes, stopped } = await run;
  assert.deepEqual([...outcomes.values()], [{ kind: "waiting", for: "the grading" }]);
  assert.equal(stopped, "interrupt");
});

test("a server that fails while it is asked again gets the attempts of any other", async () => {
  let asked = 0;
  const rig = new Rig({
    a: () => {
      asked += 1;
      if (asked === 1) return waiting;
      if (asked < 4) throw failing("transient");
      return done();
    },
  });
  const run = rig.run(graph("a"), { attempts: 3, waitMs: 10 * MINUTE });
  for (let i = 0; i < 10; i++) await rig.clock.advance(10_000);
  assert.deepEqual(inWords(await run), { a: "done" });
});

test.run();
