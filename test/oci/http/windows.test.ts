import assert from "node:assert/strict";
import { test } from "uvu";
import { createHostWindows, type HostWindows } from "../../../src/oci/http/windows.ts";

const signal = new AbortController().signal;
const url = new URL("https://registry.example.com/v2/a/manifests/v1");

/** Sends `count` requests that each take `tookMs` of a clock of our own, and gives the most that were under way. */
async function mostAtOnce(count: number, tookMs: number, status: number, connectMs?: number): Promise<number> {
  let [clock, under, most] = [0, 0, 0];
  const windows = createHostWindows(() => clock);
  const work = async (): Promise<{ status: number }> => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setImmediate(resolve));
    clock += tookMs;
    under -= 1;
    return { status };
  };
  if (connectMs !== undefined) windows.connected(url.host, connectMs);
  const send = () => windows.within({ method: "HEAD", url, signal }, work);
  await Promise.all(Array.from({ length: count }, send));
  return most;
}

test("the longer a host's answers take, the more requests it is sent at once", async () => {
  assert.equal(await mostAtOnce(1000, 0, 200), 8);
  assert.equal(await mostAtOnce(1000, 5, 200), 8);
  assert.equal(await mostAtOnce(1000, 15, 200), 24);
  assert.equal(await mostAtOnce(1000, 40, 200), 64);
  assert.equal(await mostAtOnce(1000, 300, 200), 64);
});

test("a host that is slow to answer and quick to connect to is near, and has enough to do", async () => {
  assert.equal(await mostAtOnce(1000, 50, 200, 1), 8);
  assert.equal(await mostAtOnce(1000, 50, 200, 40), 64);
});

/** How many of 100 requests to a host are under way while none of them is answered; `after` is done once they were sent. */
async function begunAtOnce(windows: HostWindows, after: () => void = () => {}): Promise<number> {
  let begun = 0;
  const endless = (): Promise<never> => {
    begun += 1;
    return new Promise(() => {});
  };
  for (let i = 0; i < 100; i++) void windows.within({ method: "HEAD", url, signal }, endless);
  after();
  await new Promise((resolve) => setImmediate(resolve));
  return begun;
}

test("once a connection has shown how far a host is, it is sent half of what it may be sent at once", async () => {
  for (const [connectMs, expected] of [
    [1, 8],
    [25, 20],
    [50, 32],
    [300, 32],
  ] as const) {
    const known = createHostWindows();
    known.connected(url.host, connectMs);
    assert.equal(await begunAtOnce(known), expected, `${connectMs} ms, known before`);
    const learned = createHostWindows();
    assert.equal(await begunAtOnce(learned, () => learned.connected(url.host, connectMs)), expected);
  }
  assert.equal(await begunAtOnce(createHostWindows()), 8);
});

test("how far a host is, its quickest connection tells", async () => {
  const windows = createHostWindows();
  for (const connectMs of [300, 25, 50]) windows.connected(url.host, connectMs);
  assert.equal(windows.roundTripMs(url.host), 25);
  assert.equal(await begunAtOnce(windows), 20);
});

test("how far a host is does not matter any more where it has asked for mercy", async () => {
  const windows = createHostWindows();
  await windows.within({ method: "HEAD", url, signal }, async () => ({ status: 429 }));
  windows.connected(url.host, 300);
  assert.equal(await begunAtOnce(windows), 4);
});

test("the shortest time of a host is known from its first answer on", async () => {
  let clock = 0;
  const windows = createHostWindows(() => clock);
  assert.equal(windows.roundTripMs(url.host), undefined);
  for (const tookMs of [30, 12, 40]) {
    const work = async (): Promise<{ status: number }> => {
      clock += tookMs;
      return { status: 200 };
    };
    await windows.within({ method: "HEAD", url, signal }, work);
  }
  assert.equal(windows.roundTripMs(url.host), 12);
});

test("a host that asks for mercy is not sent more", async () => {
  assert.equal(await mostAtOnce(100, 50, 429), 8);
});

const timedOut = (): Error => Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });

/** Sends requests to a host that is silent for `silentMs`, a timeout each minute, and gives how each ended and when. */
async function endsWhile(silentMs: number, count: number): Promise<readonly string[]> {
  let clock = 0;
  const windows = createHostWindows(() => clock);
  const work = async (): Promise<{ status: number }> => {
    const until = clock + 60_000;
    await new Promise((resolve) => setImmediate(resolve));
    if (until > silentMs) return { status: 200 };
    clock = Math.max(clock, until);
    throw timedOut();
  };
  const request = { method: "HEAD", url, signal } as const;
  const ends = Array.from({ length: count }, () =>
    windows.within(request, work).then(
      ({ status }) => String(status),
      (error: Error) => `${error.message} at ${clock / 60_000}`,
    ),
  );
  return Promise.all(ends);
}

test("what waits for a host that answers nothing is told so after some minutes, and does not wait one by one", async () => {
  const ends = await endsWhile(Number.POSITIVE_INFINITY, 100);
  const refused = ends.filter((end) => end.startsWith("registry.example.com has answered nothing"));
  assert.ok(refused.length >= 80, String(refused.length));
  assert.match(refused.at(-1) ?? "", /for 3 minutes at 3$/);
});

test("work can ask how many wait behind it, also those that came later", async () => {
  const windows = createHostWindows();
  const asked: (() => number)[] = [];
  const answers: (() => void)[] = [];
  const work = (behind: () => number): Promise<{ status: number }> => {
    asked.push(behind);
    return new Promise((resolve) => answers.push(() => resolve({ status: 200 })));
  };
  const all = Array.from({ length: 10 }, () => windows.within({ method: "HEAD", url, signal }, work));
  assert.deepEqual([asked.length, asked[0]?.()], [8, 2]);
  for (let at = 0; at < 10; at++) {
    answers[at]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  assert.equal(asked[9]?.(), 0);
});

test("a host that answers again after two minutes has lost nothing but time", async () => {
  const ends = await endsWhile(120_000, 100);
  assert.ok(ends.filter((end) => end === "200").length >= 80);
  assert.deepEqual(
    ends.filter((end) => end.includes("has answered nothing")),
    [],
  );
});

test("a host is silent from its last answer on, however long ago what it did not answer was asked", async () => {
  let clock = 0;
  const windows = createHostWindows(() => clock);
  const send = (work: () => Promise<{ status: number }>): Promise<{ status: number }> =>
    windows.within({ method: "HEAD", url, signal }, work);
  let giveUp = (_: Error): void => {};
  const stalled = send(() => new Promise((_, reject) => (giveUp = reject)));
  clock = 170_000;
  await send(async () => ({ status: 200 }));
  clock = 185_000;
  giveUp(timedOut());
  await assert.rejects(stalled, /no answer in time/);
  assert.equal((await send(async () => ({ status: 200 }))).status, 200);
});

test("what is refused for a host's silence does not count as its asking for mercy", async () => {
  let [clock, under, most] = [0, 0, 0];
  const windows = createHostWindows(() => clock);
  const send = (work: () => Promise<{ status: number }>): Promise<unknown> =>
    windows.within({ method: "HEAD", url, signal }, work).catch((error: Error) => error.message);
  const silent = async (): Promise<never> => {
    clock += 190_000;
    throw timedOut();
  };
  await send(silent);
  for (let i = 0; i < 10; i++) {
    clock += 1000;
    assert.match(String(await send(silent)), /has answered nothing for 3 minutes/);
  }
  clock += 60_000;
  const counted = async (): Promise<{ status: number }> => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
    return { status: 429 };
  };
  await Promise.all(Array.from({ length: 6 }, () => send(counted)));
  assert.equal(most, 4, "half of eight, for the one that was lost");
});

test("a request that waits ends with its signal", async () => {
  const windows = createHostWindows();
  const stop = new AbortController();
  const endless = (): Promise<{ status: number }> => new Promise(() => {});
  for (let i = 0; i < 8; i++) void windows.within({ method: "HEAD", url, signal }, endless);
  const waiting = windows.within({ method: "HEAD", url, signal: stop.signal }, endless);
  stop.abort();
  await assert.rejects(waiting, { name: "Failed" });
});

test.run();
