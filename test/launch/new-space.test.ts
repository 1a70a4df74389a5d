import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "uvu";

const source = fileURLToPath(new URL("../../src/launch/new-space.ts", import.meta.url));

/** Keeps what it makes for a while, as a process does that waits for many answers at once; tells the space in bytes. */
const busy = `
const { getHeapSpaceStatistics } = await import("node:v8");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let kept = [];
for (let round = 0; round < 60; round++) {
  for (let at = 0; at < 40_000; at++) kept.push({ at, of: [round] });
  if (kept.length > 120_000) kept = kept.slice(60_000);
  await pause(5);
}
console.log(getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size);
`;

test("the space for new objects grows no further once it is large enough", async () => {
  const limited = await newSpaceAfter(`(await import(${JSON.stringify(source)})).limitNewSpace(1);`);
  assert.ok(limited >= 8 * 2 ** 20, `${limited} are too few for good work`);
  assert.ok(limited <= 16 * 2 ** 20, `${limited} are more than what it had when it was looked at, and a doubling`);
  assert.equal(await newSpaceAfter(""), 32 * 2 ** 20);
});

async function newSpaceAfter(before: string): Promise<number> {
  const args = ["--import", "tsx", "--input-type=module", "--eval", before + busy];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  return Number(stdout);
}

test.run();
