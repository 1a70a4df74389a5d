import assert from "node:assert/strict";
import { test } from "uvu";
import { asNodeId } from "../../src/engine/index.ts";
import { Failed, FailedTogether } from "../../src/failure/index.ts";
import { done, failing, graph, inWords, Latch, Rig, settle } from "./rig.ts";

test("an empty graph is done at once", async () => {
  const outcome = await new Rig().run(graph());
  assert.equal(outcome.outcomes.size, 0);
  assert.equal(outcome.stopped, undefined);
});

test("a node starts only when all it needs has ended", async () => {
  const a = new Latch();
  const rig = new Rig({ a: () => a.promise });
  const run = rig.run(graph("a", "b", "c < a b"));
  await settle();
  assert.deepEqual(rig.started(), ["a", "b"]);
  a.open(done());
  await run;
  assert.deepEqual(rig.started(), ["a", "b", "c"]);
});

test("the values of what a node needs are handed to it, by name, and no others", async () => {
  let seen: unknown;
  const rig = new Rig({
    c: ({ values }) => {
      seen = [...values];
      return done();
    },
  });
  await rig.run(graph("other", "a", "b", "c < a b"));
  assert.deepEqual(seen, [
    ["a", "value of a"],
    ["b", "value of b"],
  ]);
});

test("a need that is listed twice counts once", async () => {
  const rig = new Rig();
  assert.deepEqual(inWords(await rig.run(graph("a", "b < a a"))), { a: "done", b: "done" });
});

test("outcomes come in the order of the graph, whatever ended first", async () => {
  const a = new Latch();
  const rig = new Rig({ a: () => a.promise });
  const run = rig.run(graph("a", "b"));
  await settle();
  a.open(done());
  assert.deepEqual([...(await run).outcomes.keys()], ["a", "b"]);
  assert.deepEqual(rig.settled(), ["b", "a"]);
});

test("a failure blocks what needs it, near and far, and nothing else", async () => {
  const rig = new Rig({ a: () => Promise.reject(failing("permanent")) });
  assert.deepEqual(inWords(await rig.run(graph("a", "b < a", "c < b", "d"))), {
    a: "failed",
    b: "blocked by a",
    c: "blocked by a",
    d: "done",
  });
  assert.deepEqual(rig.started(), ["a", "d"]);
});

test("a blocked node names every node where its trouble began, each once", async () => {
  const fail = () => Promise.reject(failing("permanent"));
  const rig = new Rig({ a: fail, b: fail });
  const run = await rig.run(graph("a", "b", "left < a", "right < a b", "end < left right", "after < end"));
  assert.equal(inWords(run).end, "blocked by a b");
  assert.equal(inWords(run).after, "blocked by a b");
});

test("a blocked node settles only when all it needs has, so that no cause is left out", async () => {
  const b = new Latch();
  const rig = new Rig({ a: () => Promise.reject(failing("permanent")), b: () => b.promise });
  const run = rig.run(graph("a", "b", "c < a b"));
  await settle();
  assert.deepEqual(rig.settled(), ["a"]);
  b.fail(failing("permanent"));
  assert.equal(inWords(await run).c, "blocked by a b");
});

test("what needs a waiting node is blocked by it", async () => {
  const rig = new Rig({ a: () => ({ kind: "waiting", for: "approval" }) });
  assert.deepEqual(inWords(await rig.run(graph("a", "b < a"))), { a: "waiting", b: "blocked by a" });
});

test("a skipped need lets a node start, without a value", async () => {
  let size = -1;
  const rig = new Rig({
    a: () => ({ kind: "skipped", why: "not for this platform" }),
    b: ({ values }) => {
      size = values.size;
      return done();
    },
  });
  assert.deepEqual(inWords(await rig.run(graph("a", "b < a"))), { a: "skipped", b: "done" });
  assert.equal(size, 0);
});

test("a node that cancels itself blocks what needs it", async () => {
  const rig = new Rig({ a: () => Promise.reject(failing("cancelled")) });
  const run = await rig.run(graph("a", "b < a"));
  assert.deepEqual(inWords(run), { a: "cancelled", b: "blocked by a" });
  assert.equal(run.stopped, undefined);
});

for (const [how, step] of [
  [
    "throws",
    () => {
      throw new TypeError("oops");
    },
  ],
  ["rejects", () => Promise.reject(new TypeError("oops"))],
] as const) {
  test(`a step that ${how} an error of another kind fails its node as unexpected`, async () => {
    const { outcomes } = await new Rig({ a: step }).run(graph("a"));
    const outcome = outcomes.get(asNodeId("a"));
    assert.equal(outcome?.kind, "failed");
    assert.equal(outcome?.kind === "failed" && outcome.failure.code, "internal/unexpected");
  });
}

test("several failures of one node become one that tells of all", async () => {
  const failures = ["first", "second"].map((message) => ({ code: "test/x", class: "conflict" as const, message }));
  const rig = new Rig({ a: () => Promise.reject(new FailedTogether(failures)) });
  const outcome = (await rig.run(graph("a"))).outcomes.get(asNodeId("a"));
  assert.ok(outcome?.kind === "failed");
  assert.equal(outcome.failure.class, "conflict");
  assert.equal(outcome.failure.message, "first");
  assert.deepEqual(outcome.failure.detail, ["second"]);
});

test("a node is told as started once, as settled once, and what it reports in between", async () => {
  const rig = new Rig({
    a: async ({ report }) => {
      report({ type: "node-log", stream: "log", line: "hello" });
      await rig.clock.advance(40);
      return done();
    },
  });
  await rig.run(graph("a"));
  assert.deepEqual(rig.events, [
    { type: "node-started", id: "a", attempt: 1 },
    { type: "node-log", id: "a", stream: "log", line: "hello" },
    {
      type: "node-settled",
      id: "a",
      outcome: { kind: "done", effect: "changed", summary: "", bytes: 0 },
      durationMs: 40,
    },
  ]);
});

test("what a step reports after it has settled is dropped", async () => {
  let late = () => {};
  const rig = new Rig({
    a: ({ report }) => {
      late = () => report({ type: "node-log", stream: "log", line: "too late" });
      return done();
    },
  });
  await rig.run(graph("a"));
  late();
  assert.equal(rig.events.at(-1)?.type, "node-settled");
});

test("a graph that lists a node before what it needs is refused", async () => {
  await assert.rejects(new Rig().run(graph("b < a", "a")), (error) => {
    return error instanceof Failed && error.failure.code === "engine/bad-graph" && /"b".*"a"/.test(error.message);
  });
});

test("a broken reader of events ends the run with its error", async () => {
  const emit = () => {
    throw new Error("no emit");
  };
  await assert.rejects(new Rig().run(graph("a"), { emit }), /no emit/);
});

test("a chain of 100,000 nodes runs, and so does one behind a failure", async () => {
  const chain = graph("n0", ...Array.from({ length: 99_999 }, (_, i) => `n${i + 1} < n${i}`));
  const well = await new Rig().run(chain);
  assert.equal([...well.outcomes.values()].filter(({ kind }) => kind === "done").length, 100_000);
  const ill = await new Rig({ n0: () => Promise.reject(failing("permanent")) }).run(chain);
  assert.deepEqual(ill.outcomes.get(asNodeId("n99999")), { kind: "blocked", by: ["n0"] });
});

test("a gate behind 20,000 failures, and a chain behind the gate, take time in proportion", async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `n${i}`);
  const chain = Array.from({ length: 20_000 }, (_, i) => `c${i} < ${i === 0 ? "gate" : `c${i - 1}`}`);
  const steps = Object.fromEntries(names.map((name) => [name, () => Promise.reject(failing("conflict"))]));
  const before = performance.now();
  const { outcomes } = await new Rig(steps).run(graph(...names, `gate < ${names.join(" ")}`, ...chain));
  const last = outcomes.get(asNodeId("c19999"));
  assert.equal(last?.kind === "blocked" && last.by.length, 20_000);
  assert.ok(performance.now() - before < 5_000);
});

test("what was settled before is not run, and its value is handed on", async () => {
  let seen: unknown;
  const rig = new Rig({
    a: () => Promise.reject(new Error("a was run")),
    b: ({ values }) => {
      seen = [...values];
      return done();
    },
  });
  const before = { outcome: { kind: "done", effect: "none", summary: "", bytes: 0 }, value: "from before" } as const;
  const { outcomes } = await rig.run(graph("a", "b < a"), { settled: new Map([[asNodeId("a"), before]]) });
  assert.deepEqual(seen, [["a", "from before"]]);
  assert.deepEqual([...outcomes.keys()], ["a", "b"]);
  assert.deepEqual(rig.settled(), ["b"], "nothing is told of it again");
});

test("what had failed before blocks what needs it, and stops a run that is to fail fast", async () => {
  const failure = { code: "test/before", class: "permanent", message: "it had failed" } as const;
  const settled = new Map([[asNodeId("a"), { outcome: { kind: "failed", failure }, value: undefined } as const]]);
  const nodes = graph("a", "b < a", "c");
  assert.deepEqual(inWords(await new Rig().run(nodes, { settled })), { a: "failed", b: "blocked by a", c: "done" });
  const fast = await new Rig().run(nodes, { settled, onFailure: "fail-fast" });
  assert.deepEqual(inWords(fast), { a: "failed", b: "blocked by a", c: "cancelled" });
});

test.run();
