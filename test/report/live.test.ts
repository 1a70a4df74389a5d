import assert from "node:assert/strict";
import { test } from "uvu";
import type { EventBody } from "../../src/engine/index.ts";
import { createMask, createReport } from "../../src/report/index.ts";
import { widthOf } from "../../src/report/width.ts";
import { eventful, HandClock, type Happening, id, Sink } from "./rig.ts";
import { Terminal } from "./terminal.ts";

/** A live view on a terminal, with time in our hands. */
function watch(columns = 110, rows = 24) {
  const clock = new HandClock();
  const terminal = new Terminal(columns, rows);
  const mask = createMask();
  const { now, after } = clock;
  const report = createReport({ kind: "live", out: terminal, err: new Sink(), color: "off", now, after, mask });
  const happens = (body: EventBody): void => report.on({ at: clock.now(), ...body });
  const plays = (script: readonly Happening[]): void => {
    for (const [afterMs, body] of script) {
      clock.pass(afterMs);
      happens(body);
    }
  };
  return { clock, terminal, mask, report, happens, plays };
}

/** Until the list stands, which takes a few turns of the event loop and the loading of listr2. */
async function listStands({ clock, terminal }: ReturnType<typeof watch>): Promise<void> {
  for (let turn = 0; turn < 500 && terminal.writes.length === 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    clock.pass(0);
  }
  assert.ok(terminal.writes.length > 0, "a frame was drawn");
}

const nodes = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: id(`copy:harbor/image-${at}`), needs: [] }));

test("nodes at work show how far they are, the others what they wait for, and below stand the counters", async () => {
  const view = watch();
  view.plays(eventful.slice(0, 6));
  await listStands(view);
  view.plays(eventful.slice(6, 8));
  view.clock.pass(100);
  assert.equal(
    view.terminal.text(),
    `= pin:mysql  8.0 is sha256:aaaa
↻ copy:harbor/mysql    attempt 1 failed, again in 1 s: harbor.example answered 503
⠙ copy:harbor/redis    ███████████░░░░░   66 %   80 MB of 120 MB   73 MB/s  1 s left
· copy:harbor/nginx    waits for a free place
· certify:rhcr/deploy  waits for a free place
· published:harbor     waits for copy:harbor/mysql (+1)
· notify               waits for a free place
1 of 7 done · 1 up to date · 2 running · 4 waiting · 1 attempt repeated · 80 MB of 120 MB+ · 73 MB/s`,
  );
  await view.report.close();
});

test("what ended stands above once, and after the close the summary stands below it", async () => {
  const view = watch(110, 12);
  view.plays(eventful.slice(0, 6));
  await listStands(view);
  for (const happening of eventful.slice(6)) {
    view.plays([happening]);
    view.clock.pass(150);
  }
  await view.report.close();
  const [above, ...summary] = view.terminal.text().split("\n\n");
  assert.deepEqual(
    above?.split("\n").filter((line) => !line.includes("config/literal-secret")),
    [
      "= pin:mysql  8.0 is sha256:aaaa",
      "copy:harbor/redis │ pushed  layer",
      "✓ copy:harbor/redis  copied sha256:ab12  120 MB in 2.1 s",
      "✗ copy:harbor/mysql  failed: harbor.example refused the credentials for mlrun/mysql [registry/unauthorized]",
      "- copy:harbor/nginx  skipped: held: unchanged since 1.14",
      "… certify:rhcr/deploy  waiting for the certification of deploy",
    ],
  );
  assert.match(above ?? "", /a password stands in the config/);
  assert.match(summary[0] ?? "", /^failed \(1\)\n {2}copy:harbor\/mysql /);
  assert.match(view.terminal.text(), /\nfailed: 1 of 7 .* \(exit 1\)$/);
});

test("whatever the number of nodes, a frame leaves two rows free and is no wider than the terminal", async () => {
  const view = watch(60, 10);
  view.happens({ type: "run-started", run: "r", mode: "run", nodes: nodes(200) });
  await listStands(view);
  for (let at = 0; at < 150; at++) {
    view.happens({ type: "node-started", id: id(`copy:harbor/image-${at}`), attempt: 1 });
    view.happens({ type: "node-progress", id: id(`copy:harbor/image-${at}`), bytes: at, totalBytes: 1e12 });
  }
  view.clock.pass(1000);
  const drawn = view.terminal.screen().filter((line) => line !== "");
  assert.equal(drawn.length, 8);
  for (const line of drawn) assert.ok(widthOf(line) < 60, line);
  assert.match(drawn[6] ?? "", /^… 144 more running, 50 more waiting$/);
  assert.match(drawn[7] ?? "", /^150 running · 50 waiting/);
  await view.report.close();
});

test("200 nodes that end leave 200 lines, each once, in a terminal of ten rows", async () => {
  const view = watch(60, 10);
  view.happens({ type: "run-started", run: "r", mode: "run", nodes: nodes(200) });
  await listStands(view);
  for (const node of nodes(200)) {
    view.happens({ type: "node-started", id: node.id, attempt: 1 });
    view.clock.pass(30);
    const outcome = { kind: "done", effect: "changed", summary: "copied", bytes: 1 } as const;
    view.happens({ type: "node-settled", id: node.id, outcome, durationMs: 30 });
  }
  view.happens({ type: "run-finished", exitCode: 0, durationMs: 6000 });
  await view.report.close();
  const lines = view.terminal.text().split("\n");
  assert.deepEqual(
    lines.filter((line) => line.startsWith("✓")),
    nodes(200).map((node) => `✓ ${node.id}  copied  1 byte in 30 ms`),
  );
  assert.equal(lines.at(-1), "done: 200 of 200 (200 changed), 200 bytes moved in 6.0 s");
  assert.equal(lines.length, 202, "and nothing of the frames is left");
});

test("a thousand events draw no more than a frame in a tenth of a second", async () => {
  const view = watch();
  view.happens({ type: "run-started", run: "r", mode: "run", nodes: nodes(1) });
  view.happens({ type: "node-started", id: id("copy:harbor/image-0"), attempt: 1 });
  await listStands(view);
  const before = view.terminal.writes.length;
  for (let at = 1; at <= 1000; at++) {
    view.happens({ type: "node-progress", id: id("copy:harbor/image-0"), bytes: at, totalBytes: 1000 });
    view.clock.pass(1);
  }
  const frames = view.terminal.writes.length - before;
  assert.ok(frames >= 9 && frames <= 11, `${frames} frames in a second`);
  await view.report.close();
});

test("when nothing happens the times still go on", async () => {
  const view = watch();
  view.happens({ type: "run-started", run: "r", mode: "run", nodes: nodes(1) });
  view.happens({ type: "node-started", id: id("copy:harbor/image-0"), attempt: 1 });
  await listStands(view);
  view.clock.pass(65_000);
  assert.match(view.terminal.text(), /image-0 {2}1m 0[45]s/);
  await view.report.close();
});

test("a line above that is wider than the terminal leaves nothing of the frame it is written over", async () => {
  for (const length of [49, 50, 51, 99, 100, 101]) {
    const view = watch(50, 24);
    view.happens({ type: "run-started", run: "r", mode: "run", nodes: nodes(20) });
    await listStands(view);
    const node = id("copy:harbor/image-0");
    const line = "x".repeat(length - "copy:harbor/image-0 │ ".length);
    view.happens({ type: "node-log", id: node, stream: "stdout", line });
    view.clock.pass(200);
    view.happens({ type: "node-log", id: node, stream: "stdout", line: "end" });
    view.clock.pass(200);
    await view.report.close();
    const rows = view.terminal.text().split("\n\n")[0]?.split("\n") ?? [];
    assert.equal(rows.join(""), `copy:harbor/image-0 │ ${line}copy:harbor/image-0 │ end`, `of ${length} columns`);
  }
});

test("a terminal that becomes narrower gets a frame that fits", async () => {
  const view = watch(100, 24);
  view.happens({ type: "run-started", run: "r", mode: "run", nodes: nodes(3) });
  await listStands(view);
  view.terminal.columns = 30;
  view.clock.pass(1000);
  const fresh = view.terminal.writes.at(-1) ?? "";
  for (const line of fresh.split("\n")) assert.ok(widthOf(line) <= 30, line);
  await view.report.close();
});

test("the cursor is hidden while frames are drawn and given back by the close", async () => {
  const view = watch();
  view.plays(eventful.slice(0, 6));
  await listStands(view);
  assert.equal(view.terminal.cursor, "hidden");
  await view.report.close();
  assert.equal(view.terminal.cursor, "shown");
});

test("a close in the middle of an interrupted run gives all back before it returns", async () => {
  const view = watch();
  view.plays(eventful.slice(0, 11));
  await listStands(view);
  view.happens({ type: "run-stopping", reason: "interrupt" });
  view.happens({ type: "run-finished", exitCode: 130, durationMs: 3000 });
  const closed = view.report.close();
  assert.equal(view.terminal.cursor, "shown");
  assert.match(view.terminal.text(), /\nstopping: nothing new starts.*interrupt again to stop at once\n/);
  assert.match(
    view.terminal.text(),
    /\ndone before the end \(1\)\n {2}copy:harbor\/redis {2}copied sha256:ab12 {2}120 MB in 2\.1 s\n/,
  );
  assert.match(
    view.terminal.text(),
    /\ninterrupted: 2 of 7 done, 120 MB moved; 1 attempt repeated; run again to go on \(exit 130\)$/,
  );
  await closed;
  const length = view.terminal.writes.length;
  view.happens({ type: "run-finished", exitCode: 130, durationMs: 3000 });
  view.clock.pass(5000);
  assert.equal(view.terminal.writes.length, length, "and draws nothing after that");
  assert.equal(view.clock.pending(), 0);
});

test("a run that is over before listr2 is loaded still shows what ended and the summary", async () => {
  const view = watch();
  view.plays(eventful);
  await view.report.close();
  assert.match(view.terminal.text(), /^= pin:mysql {2}8\.0/);
  assert.match(view.terminal.text(), /\(exit 1\)$/);
  assert.equal(view.terminal.cursor, "shown");
});

test("a terminal of no columns gets lines", async () => {
  const clock = new HandClock();
  const terminal = new Terminal(0, 0);
  const sink = new Sink();
  const out = { columns: terminal.columns, rows: terminal.rows, write: (text: string) => sink.write(text) };
  const { now, after } = clock;
  const report = createReport({ kind: "live", out, err: sink, color: "off", now, after, mask: createMask() });
  report.on({ at: clock.now(), type: "run-started", run: "r", mode: "run", nodes: nodes(1) });
  await report.close();
  assert.match(sink.text, /^\d\d:\d\d:\d\d\.\d{3} {2}run r: 1 node\n/);
});

test("no secret is shown by the live view, also where a line is cut", async () => {
  const view = watch(50, 24);
  const secret = "correct-horse-battery-staple";
  view.mask.add(secret);
  view.happens({ type: "run-started", run: "r", mode: "run", nodes: nodes(1) });
  const node = id("copy:harbor/image-0");
  view.happens({ type: "node-started", id: node, attempt: 1 });
  await listStands(view);
  view.happens({ type: "node-log", id: node, stream: "stdout", line: `login with ${secret}` });
  const failure = { code: "a/b", class: "transient", message: `x ${secret}` } as const;
  view.happens({ type: "node-retrying", id: node, attempt: 1, delayMs: 9000, failure });
  view.clock.pass(500);
  view.happens({ type: "node-settled", id: node, durationMs: 1, outcome: { kind: "failed", failure } });
  await view.report.close();
  const shown = view.terminal.writes.join("");
  assert.match(shown, /login with \*\*\*/);
  assert.ok(!shown.includes("correct"));
});

test("the words of a wide alphabet take the columns they take", async () => {
  const view = watch(40, 24);
  view.happens({ type: "run-started", run: "r", mode: "run", nodes: [{ id: id("漢字".repeat(30)), needs: [] }] });
  await listStands(view);
  view.clock.pass(200);
  for (const line of (view.terminal.writes.at(-1) ?? "").split("\n")) assert.ok(widthOf(line) < 40, line);
  await view.report.close();
});

test.run();
