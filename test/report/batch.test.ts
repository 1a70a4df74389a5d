import assert from "node:assert/strict";
import { test } from "uvu";
import { batched } from "../../src/report/batch.ts";
import { HandClock } from "./rig.ts";

function batch() {
  const clock = new HandClock();
  const writes: string[] = [];
  return { clock, writes, ...batched({ write: (text) => writes.push(text) }, clock.after) };
}

test("what is said in short order is written in one go, soon after", () => {
  const { clock, writes, write } = batch();
  write("a");
  clock.pass(19);
  write("b");
  assert.deepEqual(writes, []);
  clock.pass(1);
  write("c");
  clock.pass(20);
  assert.deepEqual(writes, ["ab", "c"]);
});

test("a flush writes at once, and nothing a second time", () => {
  const { clock, writes, write, flush } = batch();
  write("a");
  flush();
  flush();
  clock.pass(20);
  assert.deepEqual(writes, ["a"]);
  assert.equal(clock.pending(), 0);
});

test("much text does not wait", () => {
  const { writes, write } = batch();
  for (let count = 0; count < 100; count++) write("x".repeat(1000));
  assert.ok(writes.join("").length >= 64 * 1024);
});

test.run();
