import assert from "node:assert/strict";
import { test } from "uvu";
import { formatDuration, formatFew, formatRate, formatRoughly, formatTime } from "../../src/report/format.ts";

for (const [ms, text] of [
  [0, "0 ms"],
  [12.4, "12 ms"],
  [999.6, "1.0 s"],
  [2100, "2.1 s"],
  [59_949, "59.9 s"],
  [59_950, "1m 00s"],
  [65_000, "1m 05s"],
  [3_599_600, "1h 00m"],
  [7_500_000, "2h 05m"],
] as const) {
  test(`${ms} ms are written ${text}`, () => assert.equal(formatDuration(ms), text));
}

test("a time that is roughly known has no fractions and is never less than it is", () => {
  assert.equal(formatRoughly(8100), "9 s");
  assert.equal(formatRoughly(59_100), "1m 00s");
  assert.equal(formatRoughly(-1), "0 s");
});

test("a rate is bytes a second", () => assert.equal(formatRate(85e6), "85 MB/s"));

test("the first few of many names are told, and how many more there are", () => {
  assert.equal(formatFew(["a", "b"], 2), "a, b");
  assert.equal(formatFew(["a", "b", "c", "d"], 2), "a, b (+2)");
});

test("a time is UTC with its date, or the local time of day", () => {
  const at = new Date(2026, 2, 1, 7, 3, 44, 5).getTime();
  assert.equal(formatTime(at, "clock"), "07:03:44.005");
  assert.equal(formatTime(Date.UTC(2026, 2, 1, 12, 3, 44, 120), "iso"), "2026-03-01T12:03:44.120Z");
});

test.run();
