import assert from "node:assert/strict";
import { test } from "uvu";
import { formatBytes } from "../../src/units/bytes.ts";

for (const [bytes, text] of [
  [-5, "0 bytes"],
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [1234, "1.2 kB"],
  [9949, "9.9 kB"],
  [9951, "10 kB"],
  [340_000_000, "340 MB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [1_200_000_000, "1.2 GB"],
  [4.2e12, "4.2 TB"],
  [7e18, "7000 PB"],
] as const) {
  test(`${bytes} bytes are written ${text}`, () => assert.equal(formatBytes(bytes), text));
}

test.run();
