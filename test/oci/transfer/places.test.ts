import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { createPlaces } from "../../../src/oci/transfer/places.ts";

const never = new AbortController().signal;

test("no more than so many work at one host at once, in the order they came, and hosts do not wait for each other", async () => {
  const places = createPlaces(() => 2);
  const order: number[] = [];
  let now = 0;
  let most = 0;
  const work = (i: number) =>
    places.within("a", never, async () => {
      now += 1;
      most = Math.max(most, now);
      order.push(i);
      await sleep(5);
      now -= 1;
    });
  const all = Promise.all(Array.from({ length: 7 }, (_, i) => work(i)));
  await places.within("b", never, async () => assert.equal(order.length, 2));
  await all;
  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6]);
});

test("where places become more, those that wait get them with the next that is given back", async () => {
  let most = 1;
  const places = createPlaces(() => most);
  const under: string[] = [];
  const work = (name: string) =>
    places.within("a", never, async () => {
      under.push(name);
      await sleep(5);
    });
  const all = ["first", "second", "third"].map(work);
  assert.deepEqual(under, ["first"]);
  most = 2;
  await all[0];
  assert.deepEqual(under, ["first", "second", "third"]);
  await Promise.all(all);
});

test("where places become more, whoever comes then does not go before those that wait", async () => {
  let most = 1;
  const places = createPlaces(() => most);
  const order: string[] = [];
  const work = (name: string) =>
    places.within("a", never, async () => {
      order.push(name);
      await sleep(5);
    });
  const first = [work("first"), work("second")];
  await Promise.resolve();
  most = 2;
  await Promise.all([...first, work("third")]);
  assert.deepEqual(order, ["first", "second", "third"]);
});

test("a place comes back from work that fails", async () => {
  const places = createPlaces(() => 1);
  const fails = places.within("a", never, async () => {
    throw new Error("no");
  });
  await assert.rejects(fails, /no/);
  assert.equal(await places.within("a", never, async () => "yes"), "yes");
});

test("whoever is told to stop leaves the queue, and the rest moves up", async () => {
  const places = createPlaces(() => 1);
  const stop = new AbortController();
  const first = places.within("a", never, () => sleep(20));
  const second = places.within("a", stop.signal, async () => "second");
  const third = places.within("a", never, async () => "third");
  stop.abort();
  await assert.rejects(second, /Interrupted/);
  await first;
  assert.equal(await third, "third");
});

test.run();
