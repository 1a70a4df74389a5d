import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "uvu";
import { onAbort } from "../../../src/oci/http/index.ts";

test("all who listen are told once, in the order they came, also where one of them ends another", () => {
  const stop = new AbortController();
  const told: string[] = [];
  onAbort(stop.signal, () => {
    told.push("first");
    third();
  });
  onAbort(stop.signal, () => told.push("second"));
  const third = onAbort(stop.signal, () => told.push("third"));
  stop.abort();
  stop.abort();
  assert.deepEqual(told, ["first", "second"]);
});

test("a signal has one listener for any number of them, and none once all have ended", () => {
  const { signal } = new AbortController();
  const ends = Array.from({ length: 100 }, () => onAbort(signal, () => {}));
  assert.equal(getEventListeners(signal, "abort").length, 1);
  for (const end of ends) end();
  for (const end of ends) end();
  assert.equal(getEventListeners(signal, "abort").length, 0);
  onAbort(signal, () => {});
  assert.equal(getEventListeners(signal, "abort").length, 1);
});

test.run();
