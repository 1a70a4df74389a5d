import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** One whole process with all it started. */
export interface Run {
  readonly wallMs: number;
  /** User and system time; undefined without GNU time. */
  readonly cpuMs: number | undefined;
  /** Of the largest process among them. */
  readonly peakMb: number | undefined;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const gnuTime = "/usr/bin/time";
const limitMs = 15 * 60_000;

/** Runs a program to its end. Throws with the end of its errors where it fails. */
export async function runMeasured(command: readonly string[], options: ProgramOptions): Promise<Run> {
  const report = join(options.cwd, "time.txt");
  const timed = existsSync(gnuTime) ? [gnuTime, "-f", "%U %S %M", "-o", report, ...command] : command;
  const started = performance.now();
  await runToEnd(timed, options);
  const wallMs = performance.now() - started;
  const lastLine = (await readFile(report, "utf8").catch(() => "")).trim().split("\n").at(-1) ?? "";
  const [user, system, kilobytes] = lastLine.split(" ").map(Number);
  return {
    wallMs,
    cpuMs: user === undefined || system === undefined ? undefined : (user + system) * 1000,
    peakMb: kilobytes === undefined ? undefined : kilobytes / 1024,
  };
}

function runToEnd([program = "", ...args]: readonly string[], { cwd, env }: ProgramOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: limitMs });
    let errors = "";
    const keepEnd = (text: string): void => {
      errors = (errors + text).slice(-600);
    };
    child.stdout.setEncoding("utf8").on("data", keepEnd);
    child.stderr.setEncoding("utf8").on("data", keepEnd);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args[0]} ended with ${code ?? signal}: ${errors.trim()}`));
    });
  });
}
