import assert from "node:assert/strict";
import { test } from "uvu";
import { createMask, createReport } from "../../src/report/index.ts";
import { eventful, HandClock, id, play, Sink, START } from "./rig.ts";

test("each event is one line with its time; the summary stands at the end", async () => {
  const { out, err } = await play("lines", eventful);
  assert.equal(err, "");
  assert.equal(
    out,
    `2026-03-01T12:03:44.000Z  run r1: 7 nodes
2026-03-01T12:03:44.000Z  pin:mysql            started
2026-03-01T12:03:44.001Z  pin:mysql            8.0 is sha256:aaaa
2026-03-01T12:03:44.001Z  copy:harbor/mysql    started
2026-03-01T12:03:44.001Z  copy:harbor/redis    started
2026-03-01T12:03:44.601Z  copy:harbor/mysql    attempt 1 failed, again in 1.5 s: harbor.example answered 503
2026-03-01T12:03:45.201Z  warning config/literal-secret: a password stands in the config
2026-03-01T12:03:45.201Z  copy:harbor/redis    │ pushed  layer
2026-03-01T12:03:46.101Z  copy:harbor/redis    copied sha256:ab12  120 MB in 2.1 s
2026-03-01T12:03:46.101Z  copy:harbor/mysql    started, attempt 2
2026-03-01T12:03:46.401Z  copy:harbor/mysql    failed: harbor.example refused the credentials for mlrun/mysql [registry/unauthorized]
2026-03-01T12:03:46.401Z  published:harbor     blocked by copy:harbor/mysql
2026-03-01T12:03:46.401Z  copy:harbor/nginx    skipped: held: unchanged since 1.14
2026-03-01T12:03:46.401Z  certify:rhcr/deploy  waiting for the certification of deploy
2026-03-01T12:03:46.401Z  notify               cancelled

${SUMMARY}`,
  );
});

const SUMMARY = `failed (1)
  copy:harbor/mysql  after 2.4 s and 2 attempts
    error registry/unauthorized: harbor.example refused the credentials for mlrun/mysql
      Check registries.harbor.auth

blocked (1)
  published:harbor  by copy:harbor/mysql

waiting (1)
  certify:rhcr/deploy  for the certification of deploy

skipped (1)
  copy:harbor/nginx  held: unchanged since 1.14

cancelled (1)
  notify

failed: 1 of 7 (copy:harbor/mysql); 1 blocked; 1 skipped; 1 waiting; 1 cancelled; 1 attempt repeated (exit 1)
`;

test("quiet shows warnings and failures on the error output, and the summary", async () => {
  const { out, err } = await play("quiet", eventful);
  assert.equal(out, SUMMARY);
  assert.equal(
    err,
    `warning config/literal-secret: a password stands in the config
copy:harbor/mysql  failed: harbor.example refused the credentials for mlrun/mysql [registry/unauthorized]
`,
  );
});

test("NDJSON is the events as they were and nothing else", async () => {
  const { out, err, events } = await play("json", eventful);
  assert.equal(err, "");
  const lines = out.split("\n");
  assert.equal(lines.pop(), "");
  const read: unknown[] = lines.map((line) => JSON.parse(line));
  assert.deepEqual(read, JSON.parse(JSON.stringify(events)));
});

test("a run that is played again from its NDJSON reads the same", async () => {
  const { out } = await play("json", eventful);
  const text = new Sink();
  const clock = new HandClock();
  const { now, after } = clock;
  const options = { out: text, err: text, color: "off", now, after, mask: createMask(), stamp: "iso" } as const;
  const report = createReport({ kind: "lines", ...options });
  for (const line of out.trimEnd().split("\n")) report.on(JSON.parse(line));
  await report.close();
  assert.equal(text.text, (await play("lines", eventful)).out);
});

test("colours are in the lines where they are on, and nowhere where they are off", async () => {
  const on = await play("lines", eventful, { color: "on" });
  const off = await play("lines", eventful);
  assert.ok(on.out.includes("\x1b[31mfailed: harbor.example"));
  assert.ok(!off.out.includes("\x1b"));
});

test("a node that runs for long says where it is, ever more seldom, and once a minute in the end", async () => {
  const clock = new HandClock();
  const out = new Sink();
  const { now, after } = clock;
  const report = createReport({
    kind: "lines",
    out,
    err: out,
    color: "off",
    now,
    after,
    mask: createMask(),
    stamp: "iso",
  });
  const node = id("copy:harbor/big");
  report.on({ at: now(), type: "run-started", run: "r", mode: "run", nodes: [{ id: node, needs: [] }] });
  report.on({ at: now(), type: "node-started", id: node, attempt: 1 });
  for (let second = 1; second <= 300; second++) {
    report.on({ at: now(), type: "node-progress", id: node, bytes: second * 10_000_000, totalBytes: 36_000_000_000 });
    clock.pass(1000);
  }
  const beats = out.text.split("\n").filter((line) => line.includes("running for"));
  assert.deepEqual(
    beats.map((line) => (Date.parse(line.slice(0, 24)) - START) / 1000),
    [10, 30, 70, 130, 190, 250],
  );
  assert.equal(
    beats[2],
    "2026-03-01T12:04:54.000Z  copy:harbor/big  running for 1m 10s: 700 MB of 36 GB (1 %), 10 MB/s, 58m 50s left",
  );
  const settled = { kind: "done", effect: "changed", summary: "copied", bytes: 1 } as const;
  report.on({ at: now(), type: "node-settled", id: node, outcome: settled, durationMs: 300_000 });
  clock.pass(20);
  const length = out.text.length;
  clock.pass(600_000);
  assert.equal(out.text.length, length, "and says nothing more once it has ended");
  await report.close();
  assert.equal(clock.pending(), 0);
});

test("a plan is told by its answers alone", async () => {
  const node = id("copy:harbor/mysql");
  const outcome = { kind: "done", effect: "changed", summary: "would be created at sha256:ab12", bytes: 5e6 } as const;
  const { out } = await play("lines", [
    [0, { type: "run-started", run: "r", mode: "plan", nodes: [{ id: node, needs: [] }] }],
    [0, { type: "node-started", id: node, attempt: 1 }],
    [7, { type: "node-settled", id: node, outcome, durationMs: 7 }],
    [0, { type: "run-finished", exitCode: 0, durationMs: 7 }],
  ]);
  assert.equal(
    out,
    `2026-03-01T12:03:44.000Z  plan r: 1 node
2026-03-01T12:03:44.007Z  copy:harbor/mysql  would be created at sha256:ab12  5.0 MB

plan: 1 to do, 5.0 MB would move; nothing was written
`,
  );
});

test("a report that is closed twice says its summary once, and shows nothing that comes later", async () => {
  const clock = new HandClock();
  const out = new Sink();
  const { now, after } = clock;
  const report = createReport({ kind: "lines", out, err: out, color: "off", now, after, mask: createMask() });
  report.on({ at: now(), type: "run-started", run: "r", mode: "run", nodes: [] });
  await Promise.all([report.close(), report.close()]);
  report.on({ at: now(), type: "run-finished", exitCode: 0, durationMs: 1 });
  assert.equal(out.text.match(/ended early/g)?.length, 1);
  assert.ok(out.text.endsWith("ended early: 0 of 0 done, 0 bytes moved\n"));
});

test("a report to which nothing happened says nothing", async () => {
  for (const kind of ["lines", "quiet", "json"] as const) assert.deepEqual((await play(kind, [])).out, "");
});

test.run();
