import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** A temporary folder with a config in it, and a home of its own: no auth file of the machine is seen. */
export interface Workspace {
  readonly folder: string;
  /** Writes a file below the folder. */
  write(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a workspace whose `mirror.config.yaml` is the given text. */
export async function workspace(config: string): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-test-"));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write("mirror.config.yaml", config);
  return { folder, write, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface CliOptions {
  readonly cwd: string;
  /** Beside PATH, HOME and TMPDIR, the only variables the program sees. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CliResult {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  /** What it has printed so far, both streams. */
  output(): string;
  readonly ended: Promise<CliResult>;
}

/** Runs the built `dist/cli.cjs` to its end. */
export function runMirror(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startMirror(args, options).ended;
}

/** Starts the built `dist/cli.cjs`. It is killed with the test's process if it is still there then. */
export function startMirror(args: readonly string[], options: CliOptions): RunningCli {
  if (!existsSync(cli)) throw new Error("dist/cli.cjs is missing: run `npm run build`");
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: join(options.cwd, "home"), TMPDIR: tmpdir(), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", killWithUs);
      resolve({ code: code ?? undefined, stdout: stdout(), stderr: stderr() });
    });
  });
  return { child, output: () => stdout() + stderr(), ended };
}

/** Asks until the answer is neither undefined nor false, and gives it; an error that names `what` after `limitMs`. */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 10_000,
): Promise<T> {
  const until = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > until) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Whether a process is there and not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** Ended, but not yet taken note of by its parent. Only Linux can tell. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.startsWith("Z") === true;
  } catch {
    return false;
  }
}

function textOf(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: string[] = [];
  stream?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  return () => chunks.join("");
}
