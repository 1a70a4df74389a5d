import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { runTestFile } from "./run-file.ts";

const folder = mkdtempSync(join(tmpdir(), "mirror-runner-"));
const imports = `import { test } from ${JSON.stringify(import.meta.resolve("uvu"))};\n`;
let files = 0;

test.after(() => rmSync(folder, { recursive: true, force: true }));

test("passed and failed tests are counted, and a failing file shows its output", async () => {
  const result = await run(`test("a", () => {}); test("b", () => { throw new Error("because"); }); test.run();`);
  assert.deepEqual([result.passed, result.failed, result.faults], [1, 1, []]);
  assert.match(result.output, /because/);
});

test("a file that forgets test.run() is a failure", async () => {
  const result = await run(`test("a", () => {});`);
  assert.deepEqual([result.passed, result.failed], [0, 1]);
  assert.match(result.faults.join(), /ran no test/);
});

test("a before hook that throws fails every test it kept from running", async () => {
  const result = await run(
    `test.before(() => { throw new Error("no"); }); test("a", () => {}); test("b", () => {}); test.run();`,
  );
  assert.deepEqual([result.passed, result.failed], [0, 2]);
});

test("tests hidden by test.only are a failure", async () => {
  const result = await run(`test("a", () => {}); test.only("b", () => {}); test.run();`);
  assert.match(result.faults.join(), /hidden/);
  assert.equal(result.failed, 1);
});

test("a file that ends badly after its tests passed is a failure", async () => {
  const result = await run(
    `test("a", () => {}); test.run(); process.once("beforeExit", () => { throw new Error("late"); });`,
  );
  assert.deepEqual([result.passed, result.failed], [1, 1]);
});

test("totals that a test prints itself are not taken for uvu's", async () => {
  const result = await run(`test("a", () => console.log("\\n  Total:     9\\n  Passed:    9")); test.run();`);
  assert.deepEqual([result.passed, result.failed], [1, 0]);
});

test("a test that lacks a tool is listed with the reason and not counted as passed", async () => {
  const skip = JSON.stringify(import.meta.resolve("./skip.ts"));
  const result = await run(
    `import { requires, missingCommand } from ${skip};
     requires(test, missingCommand("no-such-command-here"))("an image arrives", () => {}); test.run();`,
  );
  assert.deepEqual(result.skipped, ["an image arrives — no-such-command-here is not installed"]);
  assert.deepEqual([result.passed, result.failed], [0, 0]);
});

test("a file past its time limit is stopped and is a failure", async () => {
  const result = await run(`test("a", () => new Promise(() => setInterval(() => {}, 1000))); test.run();`, 3000);
  assert.deepEqual([result.passed, result.failed], [0, 1]);
  assert.match(result.faults.join(), /stopped after 3 s/);
});

test("a process that a test leaves behind is ended with the file and does not hold up the run", async () => {
  const result = await run(
    `import { spawn } from "node:child_process";
     test("a", () => { const child = spawn("sleep", ["300"], { stdio: "inherit" }); child.unref(); console.log("pid", child.pid); });
     test.run();`,
    30_000,
  );
  const pid = Number(/pid (\d+)/.exec(result.output)?.[1]);
  assert.deepEqual([result.passed, result.failed], [1, 0]);
  assert.ok(result.durationMs < 20_000, `it took ${result.durationMs} ms`);
  await gone(pid);
});

function run(source: string, limitMs = 20_000) {
  const file = join(folder, `${files++}.test.mjs`);
  writeFileSync(file, imports + source);
  return runTestFile(file, { limitMs });
}

async function gone(pid: number): Promise<void> {
  for (let waited = 0; waited < 5000; waited += 20) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`process ${pid} is still there`);
}

test.run();
