import assert from "node:assert/strict";
import { test } from "uvu";
import { Meter } from "../../src/report/meter.ts";

test("a steady flow is measured as it is, however often it is told", () => {
  for (const everyMs of [10, 100, 250, 900]) {
    const meter = new Meter();
    for (let at = 0; at <= 20_000; at += everyMs) meter.add(at, at * 1000);
    assert.ok(Math.abs((meter.rate(20_000) ?? 0) - 1e6) < 1e5, `told every ${everyMs} ms: ${meter.rate(20_000)}`);
  }
});

test("after a change of speed the new one is told five seconds later", () => {
  const meter = new Meter();
  for (let at = 0; at <= 60_000; at += 100) meter.add(at, at);
  for (let at = 60_100; at <= 66_000; at += 100) meter.add(at, 60_000 + (at - 60_000) * 10);
  assert.ok(Math.abs((meter.rate(66_000) ?? 0) - 10_000) < 500);
});

test("while nothing arrives the rate falls", () => {
  const meter = new Meter();
  for (let at = 0; at <= 5000; at += 100) meter.add(at, at * 1000);
  const [soon = 0, later = 0] = [meter.rate(5500), meter.rate(30_000)];
  assert.ok(Math.abs(soon - 1e6) < 1e5);
  assert.ok(later < 2e5, String(later));
});

test("nothing is said of what has only begun", () => {
  const meter = new Meter();
  assert.equal(meter.rate(0), undefined);
  meter.add(0, 0);
  meter.add(100, 1e6);
  assert.equal(meter.rate(100), undefined);
});

test("a number that falls, as at a second attempt, starts over and is never a negative rate", () => {
  const meter = new Meter();
  for (let at = 0; at <= 3000; at += 100) meter.add(at, at * 1000);
  meter.add(3100, 0);
  for (let at = 3200; at <= 5000; at += 100) meter.add(at, (at - 3100) * 500);
  assert.ok(Math.abs((meter.rate(5000) ?? 0) - 5e5) < 1e5);
});

test.run();
