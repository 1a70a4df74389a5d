import assert from "node:assert/strict";
import { test } from "uvu";
import { createProgress } from "../../../src/oci/transfer/progress.ts";

/** What is told while bytes come, a piece each `everyMs`. */
function toldOf(totalBytes: number, pieces: readonly number[], everyMs: number): readonly number[] {
  const told: number[] = [];
  let ms = 0;
  const progress = createProgress(
    totalBytes,
    ({ bytes }) => told.push(bytes),
    () => ms,
  );
  for (const bytes of pieces) {
    ms += everyMs;
    progress.add(bytes);
  }
  return told;
}

test("bytes are told of ten times a second, and when the last is there", () => {
  assert.deepEqual(toldOf(1000, Array(100).fill(10), 4), [0, 250, 500, 750, 1000]);
});

test("bytes that were in vain are taken back", () => {
  assert.deepEqual(toldOf(100, [60, -60, 100], 200), [0, 60, 0, 100]);
});

test.run();
