import assert from "node:assert/strict";
import { test } from "uvu";
import type { Effect, EventBody, Outcome } from "../../src/engine/index.ts";
import type { Failure, FailureClass } from "../../src/failure/index.ts";
import { RunModel, renderSummary } from "../../src/report/index.ts";
import { id } from "./rig.ts";

interface Told {
  readonly outcomes?: Readonly<Record<string, Outcome>>;
  readonly exitCode?: number;
  readonly mode?: "run" | "plan";
  readonly before?: readonly EventBody[];
}

/** The summary of a run whose nodes ended so. */
function summaryOf({ outcomes = {}, exitCode, mode = "run", before = [] }: Told): string {
  const model = new RunModel();
  const names = Object.keys(outcomes);
  const bodies: EventBody[] = [
    { type: "run-started", run: "r", mode, nodes: names.map((name) => ({ id: id(name), needs: [] })) },
    ...before,
    ...Object.entries(outcomes).map(
      ([name, outcome]): EventBody => ({ type: "node-settled", id: id(name), outcome, durationMs: 100 }),
    ),
    ...(exitCode === undefined ? [] : [{ type: "run-finished", exitCode, durationMs: 12_300 } as const]),
  ];
  for (const body of bodies) model.apply({ at: 0, ...body });
  return renderSummary(model, { color: "off" });
}

const closingOf = (told: Told): string => summaryOf(told).trimEnd().split("\n").at(-1) ?? "";

const moved = (bytes: number): Outcome => ({ kind: "done", effect: "changed", summary: "copied", bytes });
const did = (effect: Effect): Outcome => ({ kind: "done", effect, summary: "", bytes: 0 });
const same: Outcome = { kind: "done", effect: "unchanged", summary: "up to date", bytes: 0 };
const failed = (failureClass: FailureClass, message = "no"): Outcome => ({
  kind: "failed",
  failure: { code: "a/b", class: failureClass, message },
});
const lost: Failure = { code: "a/b", class: "transient", message: "no answer" };
const blocked: Outcome = { kind: "blocked", by: [id("a")] };

for (const [sentence, told, closing] of [
  [
    "all is done",
    { outcomes: { a: moved(1.1e9), b: moved(1e8) }, exitCode: 0 },
    "done: 2 of 2 (2 changed), 1.2 GB moved in 12.3 s",
  ],
  [
    "some was done before",
    { outcomes: { a: moved(5), b: same, c: { kind: "skipped", why: "held" } }, exitCode: 0 },
    "done: 2 of 3 (1 changed, 1 up to date), 5 bytes moved in 12.3 s; 1 skipped",
  ],
  [
    "some was mended on the way",
    {
      before: [1, 2].map((attempt) => ({ type: "node-retrying", id: id("a"), attempt, delayMs: 1, failure: lost })),
      outcomes: { a: moved(5) },
      exitCode: 0,
    },
    "done: 1 of 1 (1 changed), 5 bytes moved in 12.3 s; 2 attempts repeated",
  ],
  [
    "nothing was left to do",
    { outcomes: { a: same, b: same }, exitCode: 0 },
    "nothing left to do: 2 up to date, 0 bytes moved in 12.3 s",
  ],
  [
    "only a script had to run again",
    { outcomes: { a: same, b: did("ran"), c: did("none") }, exitCode: 0 },
    "nothing left to move: 1 up to date, 1 script ran, 0 bytes moved in 12.3 s",
  ],
  [
    "there was nothing to move at all",
    { outcomes: { a: did("ran"), b: did("none") }, exitCode: 0 },
    "done: 2 of 2 (1 ran), 0 bytes moved in 12.3 s",
  ],
  [
    "a plan has only a script to run",
    { outcomes: { a: same, b: did("ran") }, exitCode: 0, mode: "plan" },
    "plan: 1 up to date; 1 script would run; nothing was written",
  ],
  ["nothing was selected", { exitCode: 0 }, "nothing to do: no node was selected"],
  [
    "a plan has work",
    { outcomes: { a: moved(3.4e8), b: same }, exitCode: 0, mode: "plan" },
    "plan: 1 to do, 340 MB would move; 1 up to date; nothing was written",
  ],
  [
    "a plan has no work",
    { outcomes: { a: same }, exitCode: 0, mode: "plan" },
    "plan: nothing to do; 1 up to date; nothing was written",
  ],
  [
    "nodes failed",
    { outcomes: { a: failed("permanent"), b: blocked, c: blocked, d: same }, exitCode: 1 },
    "failed: 1 of 4 (a); 2 blocked (exit 1)",
  ],
  [
    "many nodes failed",
    {
      outcomes: Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, failed("permanent")])),
      exitCode: 1,
    },
    "failed: 5 of 5 (a, b, c, and 2 more) (exit 1)",
  ],
  [
    "what is published stands in the way",
    { outcomes: { a: failed("conflict"), b: same }, exitCode: 3 },
    "conflict with what is already published: 1 of 2 (a) (exit 3)",
  ],
  [
    "the config is wrong",
    { outcomes: { a: failed("usage"), b: same }, exitCode: 2 },
    "not done, the config or the command line is wrong: 1 of 2 (a) (exit 2)",
  ],
  [
    "the outside is waited for",
    { outcomes: { a: { kind: "waiting", for: "certification" }, b: same, c: blocked }, exitCode: 4 },
    "waiting: 1 of 3 on the outside (a); 1 blocked; run again later (exit 4)",
  ],
  [
    "it was interrupted",
    { outcomes: { a: moved(10), b: { kind: "cancelled" }, c: failed("permanent") }, exitCode: 143 },
    "interrupted: 1 of 3 done, 10 bytes moved; 1 failed; run again to go on (exit 143)",
  ],
  ["it never finished", { outcomes: { a: same } }, "ended early: 1 of 1 done, 0 bytes moved"],
] satisfies [string, Told, string][]) {
  test(`the last line says that ${sentence}`, () => assert.equal(closingOf(told), closing));
}

test("nodes that failed for one reason stand together and the reason once", () => {
  const text = summaryOf({
    outcomes: { a: failed("permanent", "down"), b: failed("permanent", "other"), c: failed("permanent", "down") },
    exitCode: 1,
  });
  assert.equal(
    text,
    `failed (3)
  a  after 100 ms
  c  after 100 ms
    error a/b: down
  b  after 100 ms
    error a/b: other

failed: 3 of 3 (a, b, c) (exit 1)
`,
  );
});

test("a failure shows its place, its evidence and what to do", () => {
  const failure: Failure = {
    code: "copy/refused",
    class: "permanent",
    message: "harbor.example refused mysql",
    hint: "Ask for the right to push",
    detail: ["403 DENIED"],
    place: { file: "mirror.config.yaml", line: 7, column: 3, length: 5, text: "  mysql: {}" },
  };
  const text = summaryOf({ outcomes: { a: { kind: "failed", failure } }, exitCode: 1 });
  for (const part of ["mirror.config.yaml:7:3", "^^^^^", "403 DENIED", "Ask for the right to push"]) {
    assert.ok(text.includes(part), part);
  }
});

test("what is blocked by one thing that waits says for what", () => {
  const waiting = { a: { kind: "waiting", for: "the grading of deploy since 07:10" }, b: blocked } as const;
  assert.match(
    summaryOf({ outcomes: waiting, exitCode: 4 }),
    /b +by a, which waits for the grading of deploy since 07:10\n/,
  );
});

test("every blocked node is named, with what it was blocked by", () => {
  const outcomes = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`copy:x/${at}`, blocked]));
  const text = summaryOf({ outcomes: { a: failed("permanent"), ...outcomes }, exitCode: 1 });
  assert.equal(text.match(/copy:x\/\d+ +by a\n/g)?.length, 60);
});

test("an interrupted run says what moved before", () => {
  const text = summaryOf({
    before: [{ type: "run-stopping", reason: "interrupt" }],
    outcomes: { a: moved(1e6), b: same, c: { kind: "cancelled" } },
    exitCode: 130,
  });
  assert.match(
    text,
    /cancelled \(1\)\n {2}c\n\ndone before the end \(1\)\n {2}a {2}copied {2}1\.0 MB in 100 ms\n\ninterrupted/,
  );
});

test.run();
