import assert from "node:assert/strict";
import { test } from "uvu";
import { giveWholeBack, takeWhole } from "../../../src/oci/http/buffers.ts";

test("room for a body is used again once it was given back, and only then", () => {
  const first = takeWhole(100_000);
  const second = takeWhole(100_000);
  assert.notEqual(first.buffer, second.buffer);
  giveWholeBack(first);
  const third = takeWhole(99_000);
  assert.equal(third.buffer, first.buffer);
  assert.equal(third.length, 99_000);
});

test("what is given back twice, or is of someone else, is given to nobody", () => {
  const once = takeWhole(150_000);
  giveWholeBack(once);
  giveWholeBack(once);
  const [one, other] = [takeWhole(150_000), takeWhole(150_000)];
  assert.notEqual(one.buffer, other.buffer);
  const foreign = Buffer.alloc(200_000);
  giveWholeBack(foreign);
  assert.notEqual(takeWhole(200_000).buffer, foreign.buffer);
});

test("no more than 4 MiB are kept", () => {
  const taken = Array.from({ length: 40 }, () => takeWhole(256 * 1024));
  for (const buffer of taken) giveWholeBack(buffer);
  const known = new Set(taken.map(({ buffer }) => buffer));
  const again = Array.from({ length: 40 }, () => takeWhole(256 * 1024));
  assert.ok(again.filter(({ buffer }) => known.has(buffer)).length <= 16);
});

test.run();
