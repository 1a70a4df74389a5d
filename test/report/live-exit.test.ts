import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "uvu";

const program = `
  import { createMask, createReport } from "./src/report/index.ts";
  const out = { columns: 80, rows: 24, write: (text) => process.stdout.write(text) };
  const options = { out, err: process.stderr, color: "off", now: Date.now, mask: createMask() };
  const report = createReport({ kind: "live", ...options });
  report.on({ at: Date.now(), type: "run-started", run: "r", mode: "run", nodes: [{ id: "a", needs: [] }] });
  setTimeout(END, 1500);
`;

function outputOf(end: string): string {
  const source = program.replace("END", end);
  const args = ["--import", "tsx", "--input-type=module", "--eval", source];
  return spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 }).stdout;
}

for (const [sentence, end] of [
  ["exits in the middle of a run", "() => process.exit(1)"],
  ["falls over in the middle of a run", "() => { throw new Error('defect'); }"],
] as const) {
  test(`a program that ${sentence} leaves the cursor shown`, () => {
    const output = outputOf(end);
    assert.ok(output.includes("\x1b[?25l"), "a frame was drawn");
    assert.ok(output.lastIndexOf("\x1b[?25h") > output.lastIndexOf("\x1b[?25l"));
  });
}

test("a report that nobody closes does not keep the program running", () => {
  const started = performance.now();
  const output = outputOf("() => {}");
  assert.ok(output.includes("\x1b[?25l"), "a frame was drawn");
  assert.ok(performance.now() - started < 20_000);
});

test.run();
