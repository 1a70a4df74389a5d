import assert from "node:assert/strict";
import { test } from "uvu";
import { asNodeId, exitCodeOf, type Outcome } from "../../src/engine/index.ts";
import type { FailureClass } from "../../src/failure/index.ts";

const done: Outcome = { kind: "done", effect: "changed", summary: "", bytes: 0 };
const skipped: Outcome = { kind: "skipped", why: "" };
const waiting: Outcome = { kind: "waiting", for: "approval" };
const cancelled: Outcome = { kind: "cancelled" };
const blocked: Outcome = { kind: "blocked", by: [asNodeId("n0")] };
const failed = (failureClass: FailureClass): Outcome => ({
  kind: "failed",
  failure: { code: "test/failed", class: failureClass, message: "failed" },
});
const outcomes = (...all: Outcome[]) => new Map(all.map((outcome, i) => [asNodeId(`n${i}`), outcome]));

for (const [sentence, all, code] of [
  ["nothing to do is 0", [], 0],
  ["all done or skipped is 0", [done, skipped], 0],
  ["a failure is 1", [failed("permanent"), blocked, done], 1],
  ["a transient failure that stayed is 1", [failed("transient")], 1],
  ["only usage failures are 2", [failed("usage"), failed("usage"), done], 2],
  ["only conflicts are 3", [failed("conflict"), failed("conflict"), blocked], 3],
  ["a conflict beside another failure is 1", [failed("conflict"), failed("permanent")], 1],
  ["a conflict beside a usage failure is 1", [failed("conflict"), failed("usage")], 1],
  ["waiting is 4 if nothing failed", [done, waiting, blocked], 4],
  ["waiting beside a failure is 1", [waiting, failed("permanent")], 1],
  ["waiting beside a conflict is 3", [waiting, failed("conflict")], 3],
  ["a node that was cancelled is 1", [done, cancelled], 1],
] satisfies [string, Outcome[], number][]) {
  test(sentence, () => assert.equal(exitCodeOf(outcomes(...all), undefined, undefined), code));
}

test("an interrupt is 130, or 143 by SIGTERM, whatever failed", () => {
  const all = outcomes(failed("permanent"), cancelled);
  assert.equal(exitCodeOf(all, "interrupt", "SIGINT"), 130);
  assert.equal(exitCodeOf(all, "interrupt", undefined), 130);
  assert.equal(exitCodeOf(all, "interrupt", "SIGTERM"), 143);
});

test("a stop by fail-fast is told by what failed", () => {
  assert.equal(exitCodeOf(outcomes(failed("conflict"), cancelled), "fail-fast", undefined), 3);
});

test.run();
