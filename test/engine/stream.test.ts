import assert from "node:assert/strict";
import { test } from "uvu";
import { type Event, streamTo } from "../../src/engine/index.ts";

test("each reader gets each event, in order, with its time", () => {
  const first: Event[] = [];
  const second: Event[] = [];
  let now = 100;
  const emit = streamTo([(event) => first.push(event), (event) => second.push(event)], () => now++);
  emit({ type: "run-stopping", reason: "fail-fast" });
  emit({ type: "run-stopping", reason: "interrupt" });
  assert.deepEqual(first, [
    { at: 100, type: "run-stopping", reason: "fail-fast" },
    { at: 101, type: "run-stopping", reason: "interrupt" },
  ]);
  assert.deepEqual(second, first);
});

test("a reader that throws is left out, and the others are warned", () => {
  const seen: Event[] = [];
  let calls = 0;
  const broken = () => {
    calls += 1;
    throw new Error("the terminal is gone");
  };
  const emit = streamTo([broken, (event) => seen.push(event)], () => 0);
  emit({ type: "run-stopping", reason: "fail-fast" });
  emit({ type: "run-stopping", reason: "interrupt" });
  assert.equal(calls, 1);
  assert.equal(seen.filter((event) => event.type === "run-stopping").length, 2);
  const warning = seen.find((event) => event.type === "warning");
  assert.match(warning?.type === "warning" ? warning.failure.message : "", /the terminal is gone/);
});

test.run();
