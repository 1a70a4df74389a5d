import assert from "node:assert/strict";
import { test } from "uvu";
import { Failed } from "../../../src/failure/index.ts";
import { createHostPauses, fullJitter, parseRetryAfter, persistently } from "../../../src/oci/http/index.ts";

const never = new AbortController().signal;
const backoff = { attempts: 3, baseMs: 1, capMs: 5, patienceMs: 1000 };
const failed = (kind: "transient" | "permanent"): Failed => new Failed({ code: "x/y", class: kind, message: "x" });

test("Retry-After counts seconds or names a date", () => {
  const now = Date.parse("Fri, 20 Nov 2026 10:00:00 GMT");
  assert.equal(parseRetryAfter("3", now), 3000);
  assert.equal(parseRetryAfter("Fri, 20 Nov 2026 10:00:07 GMT", now), 7000);
  assert.equal(parseRetryAfter("Fri, 20 Nov 2026 09:00:00 GMT", now), 0);
  assert.equal(parseRetryAfter("soon", now), undefined);
  assert.equal(parseRetryAfter(undefined, now), undefined);
});

test("the pause grows to its limit and never passes it", () => {
  for (let attempt = 0; attempt < 40; attempt++) {
    const ms = fullJitter(attempt, { ...backoff, baseMs: 10, capMs: 100 });
    assert.ok(ms >= 0 && ms <= Math.min(100, 10 * 2 ** attempt), `${ms}`);
  }
});

test("what one request was told about a host holds for all, and for that host alone", async () => {
  const pauses = createHostPauses();
  pauses.hold("slow", 60);
  pauses.hold("slow", 5);
  const start = performance.now();
  await pauses.wait("other", never);
  assert.ok(performance.now() - start < 40);
  await pauses.wait("slow", never);
  assert.ok(performance.now() - start >= 55);
});

test("waiting for a host ends with the signal", async () => {
  const pauses = createHostPauses();
  pauses.hold("slow", 60_000);
  await assert.rejects(pauses.wait("slow", AbortSignal.timeout(10)), (error: Failed) => {
    assert.equal(error.failure.class, "cancelled");
    return true;
  });
});

test("what may pass is tried again, so many times and no more", async () => {
  let calls = 0;
  const attempt = async (): Promise<never> => {
    calls += 1;
    throw failed("transient");
  };
  await assert.rejects(persistently(backoff, never, attempt), Failed);
  assert.equal(calls, 3);
});

test("what will not pass is tried once", async () => {
  let calls = 0;
  const attempt = async (): Promise<never> => {
    calls += 1;
    throw failed("permanent");
  };
  await assert.rejects(persistently(backoff, never, attempt), Failed);
  assert.equal(calls, 1);
});

test("a server that asks for more patience than we have is not asked again", async () => {
  let calls = 0;
  const attempt = async (): Promise<never> => {
    calls += 1;
    throw new Failed({ code: "x/y", class: "transient", message: "x" }, { retryAfterMs: 5000 });
  };
  await assert.rejects(persistently(backoff, never, attempt), Failed);
  assert.equal(calls, 1);
});

test.run();
