import assert from "node:assert/strict";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "uvu";
import type { Line } from "../../../src/oci/http/line.ts";
import { createLines } from "../../../src/oci/http/lines.ts";

const url = new URL("http://registry.example.com/v2/");

/** Connections that stand when the test says so, and who opened them. */
function openings(perHost = 64) {
  const opened: Line[] = [];
  const lines = createLines({
    perHost,
    secureContext: () => undefined,
    open: () => {
      const line: Line = { socket: new Socket(), used: "new", ready: false, reader: undefined, flush: () => {} };
      opened.push(line);
      return line;
    },
  });
  return { opened, lines, stands: (line: Line | undefined) => line?.socket.emit("connect") };
}

test("where a connection takes long, others are opened for the requests that wait, as many as are at work", async () => {
  const { opened, lines, stands } = openings();
  await lines.take(url, "any", () => 9);
  await lines.take(url, "any", () => 9);
  await delay(25);
  stands(opened[0]);
  assert.equal(opened.length, 4);
  stands(opened[1]);
  assert.equal(opened.length, 4, "and no more until those are at work too");
  const third = await lines.take(url, "any", () => 8);
  assert.ok(opened.indexOf(third) >= 2 && third.used === "new");
  assert.equal(opened.length, 6);
});

test("nothing is opened ahead at a host that is near, for nobody who waits, or beyond what a host may have", async () => {
  for (const [behind, waitMs, perHost, expected] of [
    [9, 0, 64, 2],
    [0, 25, 64, 2],
    [1, 25, 64, 3],
    [9, 25, 3, 3],
  ] as const) {
    const { opened, lines, stands } = openings(perHost);
    await lines.take(url, "any", () => behind);
    await lines.take(url, "any", () => behind);
    await delay(waitMs);
    stands(opened[0]);
    assert.equal(opened.length, expected, `${behind} behind, ${waitMs} ms, at most ${perHost}`);
  }
});

test("what was opened ahead and is lost is given to nobody", async () => {
  const { opened, lines, stands } = openings();
  await lines.take(url, "any", () => 1);
  await delay(25);
  stands(opened[0]);
  assert.equal(opened.length, 2);
  opened[1]?.socket.destroy(new Error("refused"));
  await delay(5);
  const next = await lines.take(url, "any", () => 0);
  assert.equal(next, opened[2]);
});

test("a name that another server gave us has its connections alone", async () => {
  const { opened, lines, stands } = openings();
  await lines.take(url, "public", () => 9);
  await delay(25);
  stands(opened[0]);
  assert.equal(opened.length, 1);
});

test.run();
