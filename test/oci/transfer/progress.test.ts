import assert from "node:assert/strict";
import { test } from "uvu";
import { createProgress } from "../../../src/oci/transfer/progress.ts";

test("bytes are told of ten times a second, and when the last is there", () => {
  const told: number[] = [];
  let ms = 0;
  const progress = createProgress(
    1000,
    ({ bytes }) => told.push(bytes),
    () => ms,
  );
  for (let step = 0; step < 100; step++) {
    ms += 4;
    progress.add(10);
  }
  assert.deepEqual(told, [0, 250, 500, 750, 1000]);
});

test("bytes that were in vain are taken back", () => {
  const told: number[] = [];
  let ms = 0;
  const progress = createProgress(
    100,
    ({ bytes }) => told.push(bytes),
    () => ms,
  );
  for (const bytes of [60, -60, 100]) {
    ms += 200;
    progress.add(bytes);
  }
  assert.deepEqual(told, [0, 60, 0, 100]);
});

test.run();
