import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { test } from "uvu";
import { runMirror, workspace } from "../rig/cli.ts";

/** Keeps what it makes for a while, as a process does that waits for many answers at once; gives the space in bytes. */
const BUSY = `async () => {
  const { getHeapSpaceStatistics } = await import("node:v8");
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await pause(500);
  let kept = [];
  for (let round = 0; round < 400; round++) {
    for (let at = 0; at < 10_000; at++) kept.push({ at, of: [round] });
    if (kept.length > 120_000) kept = kept.slice(60_000);
    await pause(5);
  }
  return getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size;
}`;
const MIB = 2 ** 20;

test("the space for new objects grows no further once it is large enough", async () => {
  const limited = await inMirror();
  assert.ok(limited >= 8 * MIB, `${limited} are too few for good work`);
  assert.ok(limited <= 16 * MIB, `${limited} are more than what it had when it was looked at, and a doubling`);
  assert.equal(await inNode(), 32 * MIB);
});

async function inMirror(): Promise<number> {
  const place = await workspace("version: 1\ntasks: { busy: { run: busy.mjs } }\n");
  try {
    await place.write("busy.mjs", `export default async ({ log }) => log("has " + (await (${BUSY})()));\n`);
    const { stdout, stderr } = await runMirror(["run", "busy"], { cwd: place.folder });
    return Number(/has (\d+)/.exec(stdout)?.[1] ?? assert.fail(stdout + stderr));
  } finally {
    await place.remove();
  }
}

async function inNode(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", `(${BUSY})().then(console.log)`]);
  return Number(stdout);
}

test.run();
