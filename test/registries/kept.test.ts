import assert from "node:assert/strict";
import { suite } from "uvu";
import { Failed } from "../../src/failure/index.ts";
import { createKept } from "../../src/registries/kept.ts";

const kept = suite("what is kept of answers");
const never = new AbortController().signal;

kept("an answer is asked for once, also by several at once", async () => {
  const { once, asked } = counting(100);
  assert.deepEqual(await Promise.all([once("a"), once("a")]), ["a", "a"]);
  assert.equal(await once("a"), "a");
  assert.deepEqual(asked, ["a"]);
});

kept("what no longer has room is asked for each time, and what was there stays", async () => {
  const { once, asked } = counting(5);
  for (const key of ["abc", "defg", "abc", "defg", "hi", "hi"]) assert.equal(await once(key), key);
  assert.deepEqual(asked, ["abc", "defg", "defg", "hi"]);
});

kept("what is added is known, and takes room", async () => {
  const { once, asked, add } = counting(4);
  add("abc");
  add("abc");
  for (const key of ["abc", "d", "ef"]) await once(key);
  for (const key of ["abc", "d", "ef"]) await once(key);
  assert.deepEqual(asked, ["d", "ef", "ef"]);
});

kept("what failed is told to all who waited, and asked for again by those who come later", async () => {
  const kept = createKept<string>(100, ({ length }) => length);
  let count = 0;
  const ask = async () => {
    count += 1;
    if (count === 1) throw failed("permanent");
    return "there";
  };
  const both = await Promise.allSettled([kept.once("a", ask, never), kept.once("a", ask, never)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(await kept.once("a", ask, never), "there");
});

kept("where whoever asked first was cancelled, the others ask themselves", async () => {
  const kept = createKept<string>(100, ({ length }) => length);
  const first = kept.once("a", () => Promise.reject(failed("cancelled")), never);
  let count = 0;
  const ask = async () => {
    count += 1;
    return "there";
  };
  const others = [kept.once("a", ask, never), kept.once("a", ask, never)];
  await assert.rejects(first);
  assert.deepEqual(await Promise.all(others), ["there", "there"]);
  assert.equal(count, 1);
});

function counting(limit: number) {
  const all = createKept<string>(limit, ({ length }) => length);
  const asked: string[] = [];
  const ask = (key: string) => async () => {
    asked.push(key);
    return key;
  };
  return { asked, once: (key: string) => all.once(key, ask(key), never), add: (key: string) => all.add(key, key) };
}

const failed = (kind: "permanent" | "cancelled"): Failed => new Failed({ code: "x", class: kind, message: "no" });

kept.run();
