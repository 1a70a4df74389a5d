import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { skippedPrefix } from "./skip.ts";

/** What running one test file came to. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** One line each: name and reason. */
  readonly skipped: readonly string[];
  /** Why the file as a whole is at fault, beside the tests that failed in it. */
  readonly faults: readonly string[];
  readonly output: string;
  readonly durationMs: number;
}

/**
 * Runs one uvu file in a process group of its own and counts what it really did. uvu ends with 0 when a file forgets
 * `test.run()`, when a `before` hook throws and when `test.only` hides the rest: each of these is a failure here.
 */
export async function runTestFile(file: string, options: { limitMs: number }): Promise<FileResult> {
  const began = performance.now();
  const { output, ending } = await runChild(file, options.limitMs);
  return { file, output, durationMs: performance.now() - began, ...judge(output, ending) };
}

type Ending =
  | { readonly kind: "exit"; readonly code: number | string }
  | { readonly kind: "limit"; readonly seconds: number };

/** Reads uvu's totals out of a file's output and adds what uvu lets pass. */
export function judge(output: string, ending: Ending): Pick<FileResult, "passed" | "failed" | "skipped" | "faults"> {
  const lines = stripVTControlCharacters(output).split("\n");
  const skipped = lines
    .filter((line) => line.startsWith(skippedPrefix))
    .map((line) => line.slice(skippedPrefix.length));
  const total = lastCount(lines, "Total") ?? 0;
  const passed = lastCount(lines, "Passed") ?? 0;
  const hidden = lastCount(lines, "Skipped") ?? 0;

  const faults: string[] = [];
  if (ending.kind === "limit") faults.push(`it was stopped after ${ending.seconds} s`);
  else if (ending.code !== 0 && total === passed) faults.push(`it ended with ${ending.code} though no test failed`);
  else if (total === 0 && skipped.length === 0) faults.push("it ran no test: does it call test.run()?");
  if (hidden > 0)
    faults.push(`${hidden} tests are hidden by test.only or test.skip: use requires() of test/rig/skip.ts`);
  return { passed, failed: total - passed + faults.length, skipped, faults };
}

/** The last `name: count` line: a test that prints such a line itself comes before uvu's own. */
function lastCount(lines: readonly string[], name: string): number | undefined {
  const line = lines.findLast((candidate) => new RegExp(`^ {2}${name}: +\\d+$`).test(candidate));
  return line === undefined ? undefined : Number(line.split(":")[1]);
}

function runChild(file: string, limitMs: number): Promise<{ output: string; ending: Ending }> {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", file], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));

  return new Promise((resolve) => {
    const stop = () => killGroup(child.pid);
    process.once("exit", stop);
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      stop();
    }, limitMs);

    const settle = (ending: Ending) => {
      clearTimeout(limit);
      process.removeListener("exit", stop);
      const output = Buffer.concat(chunks).toString();
      resolve({ output, ending: late ? { kind: "limit", seconds: limitMs / 1000 } : ending });
    };
    child.once("error", (error) => settle({ kind: "exit", code: error.message }));
    child.once("exit", (code, signal) => {
      const ending: Ending = { kind: "exit", code: code ?? signal ?? "nothing" };
      // Something a test left running may hold the pipes open: the group is ended, and what it wrote is read.
      stop();
      const grace = setTimeout(() => settle(ending), 2000);
      child.once("close", () => {
        clearTimeout(grace);
        settle(ending);
      });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}
