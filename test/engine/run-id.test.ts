import assert from "node:assert/strict";
import { test } from "uvu";
import { isRunId, newRunId } from "../../src/engine/index.ts";

test("a run id tells when the run began, in UTC", () => {
  assert.equal(
    newRunId(new Date("2026-01-31T14:23:55.123Z"), () => 0.5),
    "20260131-142355-123-i000",
  );
});

test("run ids sort as the runs began", () => {
  const moments = [0, 1, 999, 1_000, 86_400_000].map((ms) => new Date(Date.UTC(2026, 11, 30) + ms));
  const ids = moments.map((moment) => newRunId(moment));
  assert.deepEqual([...ids].reverse().sort(), ids);
});

test("what it makes is known as a run id, and other names are not", () => {
  for (let i = 0; i < 100; i++) assert.ok(isRunId(newRunId(new Date())));
  for (const name of ["", "notes", "20260131-142355-123-k3f9.bak"]) assert.ok(!isRunId(name));
});

test.run();
