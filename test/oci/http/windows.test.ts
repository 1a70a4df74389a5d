import assert from "node:assert/strict";
import { test } from "uvu";
import { createHostWindows } from "../../../src/oci/http/windows.ts";

const signal = new AbortController().signal;
const url = new URL("https://registry.example.com/v2/a/manifests/v1");

/** Sends `count` requests that each take `tookMs` of a clock of our own, and gives the most that were under way. */
async function mostAtOnce(count: number, tookMs: number, status: number): Promise<number> {
  let [clock, under, most] = [0, 0, 0];
  const windows = createHostWindows(() => clock);
  const work = async (): Promise<{ status: number }> => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setImmediate(resolve));
    clock += tookMs;
    under -= 1;
    return { status };
  };
  await Promise.all(Array.from({ length: count }, () => windows.within({ method: "HEAD", url, signal }, work)));
  return most;
}

test("a host whose answers take long is sent many requests at once, a near one few", async () => {
  assert.equal(await mostAtOnce(1000, 50, 200), 64);
  assert.equal(await mostAtOnce(1000, 0, 200), 8);
});

test("a host that asks for mercy is not sent more", async () => {
  assert.equal(await mostAtOnce(100, 50, 429), 4);
});

test("a request that waits ends with its signal", async () => {
  const windows = createHostWindows();
  const stop = new AbortController();
  const endless = (): Promise<{ status: number }> => new Promise(() => {});
  for (let i = 0; i < 4; i++) void windows.within({ method: "HEAD", url, signal }, endless);
  const waiting = windows.within({ method: "HEAD", url, signal: stop.signal }, endless);
  stop.abort();
  await assert.rejects(waiting, { name: "Failed" });
});

test.run();
