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
  const tookMs: number[] = [];
  const lines = createLines({
    perHost,
    onConnect: (_, ms) => tookMs.push(ms),
    secureContext: () => undefined,
    open: () => {
      const line: Line = { socket: new Socket(), used: "new", ready: false, reader: undefined, flush: () => {} };
      opened.push(line);
      return line;
    },
  });
  return { opened, lines, tookMs, stands: (line: Line | undefined) => line?.socket.emit("connect") };
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

test("each connection tells how long it took to stand", async () => {
  const { opened, lines, tookMs, stands } = openings();
  await lines.take(url, "any", () => 0);
  await delay(25);
  stands(opened[0]);
  await lines.take(url, "any", () => 0);
  stands(opened[1]);
  const [first = 0, second = Number.POSITIVE_INFINITY] = tookMs;
  assert.ok(first >= 20 && second < 20, String(tookMs));
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

test("connections are opened for the first of the requests that are expected, and those take them", async () => {
  for (const [requests, perHost, expected] of [
    [200, 64, 8],
    [3, 64, 3],
    [200, 2, 2],
    [0, 64, 0],
  ] as const) {
    const { opened, lines } = openings(perHost);
    lines.expect(url, requests);
    lines.expect(url, requests);
    assert.equal(opened.length, expected, `${requests} requests, at most ${perHost}`);
    if (expected > 0) assert.ok(opened.includes(await lines.take(url, "any", () => 0)));
    assert.equal(opened.length, expected);
  }
});

test("once a host has shown that it is far, as many are opened as it is first sent of what is expected", async () => {
  for (const [requests, waitMs, perHost, expected] of [
    [200, 50, 64, 32],
    [20, 50, 64, 20],
    [200, 50, 10, 10],
    [200, 0, 64, 8],
  ] as const) {
    const { opened, lines, stands } = openings(perHost);
    lines.expect(url, requests);
    await delay(waitMs);
    stands(opened[0]);
    assert.ok(opened.length >= expected && opened.length <= expected + 4, `${opened.length} of ${requests}`);
  }
});

test("nothing is opened any more for requests that were expected and have come", async () => {
  const { opened, lines, stands } = openings();
  lines.expect(url, 10);
  for (let at = 0; at < 10; at++) await lines.take(url, "any", () => 0);
  await delay(50);
  stands(opened[0]);
  for (const { socket } of opened) socket.destroy();
  await delay(5);
  await lines.take(url, "any", () => 0);
  assert.equal(opened.length, 11);
});

test("one that stood before anybody took it may be closing like one that was used; one that does not stand yet is new", async () => {
  const { opened, lines, stands } = openings();
  lines.expect(url, 2);
  stands(opened[0]);
  const taken = [await lines.take(url, "any", () => 0), await lines.take(url, "any", () => 0)];
  assert.deepEqual(
    opened.map((line) => [taken.includes(line), line.used]),
    [
      [true, "again"],
      [true, "new"],
    ],
  );
});

test("an expected connection that is refused leaves its place to a new one", async () => {
  const { opened, lines } = openings(1);
  lines.expect(url, 1);
  opened[0]?.socket.destroy(new Error("refused"));
  await delay(5);
  assert.equal(await lines.take(url, "any", () => 0), opened[1]);
});

test("a name that another server gave us has its connections alone", async () => {
  const { opened, lines, stands } = openings();
  await lines.take(url, "public", () => 9);
  await delay(25);
  stands(opened[0]);
  assert.equal(opened.length, 1);
});

test.run();
