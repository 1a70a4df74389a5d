/**
 * Runs the tests: `node --import tsx test/run.ts [pattern…]`, where a pattern is a part of a file's path.
 * Each file runs in a process of its own; the last line gives the true counts, and nothing run is a failure.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type FileResult, runTestFile } from "./rig/run-file.ts";

const root = join(fileURLToPath(import.meta.url), "../..");
const atOnce = Math.min(4, Math.max(2, availableParallelism()));

process.chdir(root);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main(process.argv.slice(2));

async function main(patterns: readonly string[]): Promise<number> {
  // Generated sources before any test imports them, and dist/ because some tests run the built program.
  if (!build("--generate-only")) return finish([], 1);
  const broken = build() ? 0 : 1;
  const files = testFiles(patterns);
  if (files.length === 0) {
    console.log(`no test file matches ${patterns.join(" ")}`);
    return finish([], 1);
  }
  return finish(await runAll(files), broken);
}

function build(...options: readonly string[]): boolean {
  const built = spawnSync(process.execPath, ["build.mjs", ...options], { encoding: "utf8" });
  if (built.status !== 0) console.log(`FAIL build.mjs\n${built.stdout}${built.stderr}`);
  return built.status === 0;
}

/** Integration tests take longest and so start first. */
function testFiles(patterns: readonly string[]): string[] {
  return readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => join("test", path))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(relative(".", pattern))))
    .sort((a, b) => Number(isIntegration(b)) - Number(isIntegration(a)) || a.localeCompare(b));
}

function isIntegration(path: string): boolean {
  return path.includes("integration");
}

async function runAll(files: readonly string[]): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runTestFile(file, { limitMs: isIntegration(file) ? 400_000 : 90_000 });
      results.push(result);
      show(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

function show(result: FileResult): void {
  const counts = countsLine(result.passed, result.failed, result.skipped.length);
  console.log(
    `${result.failed > 0 ? "FAIL" : "ok  "} ${result.file}  ${counts}  ${(result.durationMs / 1000).toFixed(1)} s`,
  );
  for (const line of result.skipped) console.log(`     skipped: ${line}`);
  for (const fault of result.faults) console.log(`     ${fault}`);
  if (result.failed > 0) console.log(result.output.replace(/^/gm, "  | "));
}

/** Prints the counts as the last line; gives the exit code. `broken` counts the builds that failed. */
function finish(results: readonly FileResult[], broken: number): number {
  const sum = (count: (result: FileResult) => number) => results.reduce((total, result) => total + count(result), 0);
  const passed = sum((result) => result.passed);
  const failed = sum((result) => result.failed) + broken;
  const files = results.filter((result) => result.failed > 0).map((result) => result.file);
  if (files.length > 0) console.log(`\nfailed: ${files.join(" ")}`);
  console.log(
    countsLine(
      passed,
      failed,
      sum((result) => result.skipped.length),
    ),
  );
  return failed > 0 || passed === 0 ? 1 : 0;
}

function countsLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
