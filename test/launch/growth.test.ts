import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { test } from "uvu";
import { runMirror, workspace } from "../rig/cli.ts";

interface Sizes {
  readonly newSpace: number;
  /** The most that it was. */
  readonly oldSpace: number;
}

/** Keeps what it makes for a while, as a process does that waits for many answers at once; gives sizes in bytes. */
const BUSY = `async () => {
  const { getHeapSpaceStatistics } = await import("node:v8");
  const sizeOf = (name) => getHeapSpaceStatistics().find((space) => space.space_name === name).space_size;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await pause(500);
  let [kept, oldSpace] = [[], 0];
  for (let round = 0; round < 400; round++) {
    for (let at = 0; at < 10_000; at++) kept.push({ at, of: [round] });
    if (kept.length > 120_000) kept = kept.slice(60_000);
    oldSpace = Math.max(oldSpace, sizeOf("old_space"));
    await pause(5);
  }
  return JSON.stringify({ newSpace: sizeOf("new_space"), oldSpace });
}`;
const MIB = 2 ** 20;

test("memory grows slowly once there is enough of it for new objects", async () => {
  const [mirror, node] = await Promise.all([inMirror(), inNode()]);
  assert.ok(mirror.newSpace >= 8 * MIB, `${mirror.newSpace} are too few for good work`);
  assert.ok(mirror.newSpace <= 16 * MIB, `${mirror.newSpace} are more than at its first look, and a doubling`);
  assert.equal(node.newSpace, 32 * MIB);
  assert.ok(mirror.oldSpace < node.oldSpace * 0.75, `${mirror.oldSpace} beside ${node.oldSpace}`);
});

async function inMirror(): Promise<Sizes> {
  const place = await workspace("version: 1\ntasks: { busy: { run: busy.mjs } }\n");
  try {
    await place.write("busy.mjs", `export default async ({ log }) => log("has " + (await (${BUSY})()));\n`);
    const { stdout, stderr } = await runMirror(["run", "busy"], { cwd: place.folder });
    return JSON.parse(/has (\{.*\})/.exec(stdout)?.[1] ?? assert.fail(stdout + stderr)) as Sizes;
  } finally {
    await place.remove();
  }
}

async function inNode(): Promise<Sizes> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--eval", `(${BUSY})().then(console.log)`]);
  return JSON.parse(stdout) as Sizes;
}

test.run();
