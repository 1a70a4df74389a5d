import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { LogEntry, Options, ProcessOutput, ProcessPromise, Shell } from "zx/core";
import { Failed } from "../../failure/index.ts";
import { type Children, MARK } from "../process/children.ts";
import { inWords } from "../process/exit.ts";
import { Lines } from "../process/lines.ts";
import type { TaskShell } from "./context.ts";
import { importModule } from "./import.ts";

export type TaskLog = (stream: "log" | "stdout" | "stderr", line: string) => void;

export interface ShellSettings {
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
  readonly children: Children;
  readonly log: TaskLog;
}

/** A command as it was called; kept for the case that it fails. */
export interface Call {
  readonly command: string;
  /** The stack of the call, not of the failure: it names the line of the task. */
  readonly stack: string;
}

export interface BoundShell {
  readonly $: TaskShell;
  /** How a command was called whose failure this is. */
  readonly callOf: (failure: unknown) => Call | undefined;
  /** Calls a function in whose context zx's own global `$` is bound alike, as pipes inside zx use it. */
  readonly within: <Result>(work: () => Result) => Result;
}

/** zx bound to one task. Throws `Failed` (`task/no-bash`) where the environment has no bash. */
export async function bindShell(settings: ShellSettings): Promise<BoundShell> {
  const zx = await importModule<typeof import("zx/core")>("zx/core");
  const options: Partial<Options> = {
    shell: findBash(settings.env),
    prefix: "set -euo pipefail;",
    postfix: "",
    quote: zx.quote,
    cwd: settings.cwd,
    env: settings.env,
    // A group of its own for each command, so that it can be stopped with all that it started.
    detached: true,
    quiet: true,
    verbose: false,
    nothrow: false,
    preferLocal: false,
    stdio: "pipe",
    killSignal: "SIGTERM",
    timeoutSignal: "SIGTERM",
    spawn: spawnFor(settings.children),
    log: logTo(settings.log),
  };
  const calls = new WeakMap<object, Call>();
  return {
    $: recording(zx.$(options), calls),
    callOf: (failure) => (typeof failure === "object" && failure !== null ? calls.get(failure) : undefined),
    within: (work) =>
      zx.within(() => {
        Object.assign(zx.$, options);
        return work();
      }),
  };
}

function findBash(env: Readonly<Record<string, string | undefined>>): string {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    const file = join(folder, "bash");
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() && (found.mode & 0o111) !== 0) return file;
  }
  throw new Failed({
    code: "task/no-bash",
    class: "permanent",
    message: `There is no bash in PATH (${folders.join(delimiter) || "which is empty"}), and zx runs commands with it`,
    hint: "Install bash, or add its folder to PATH",
  });
}

/**
 * Starts bash as zx would, but never with a person's .bashrc, which bash reads for `-c` where its input is a socket,
 * as Node's pipes are, and SHLVL is not set, as in containers.
 */
function spawnFor(children: Children): typeof spawn {
  const start = (command: string, _: readonly string[], options: SpawnOptions): ChildProcess => {
    const shell = typeof options.shell === "string" ? options.shell : "bash";
    const env = { ...options.env, [MARK]: children.mark };
    return children.own(() =>
      spawn(shell, ["--norc", "--noprofile", "-c", command], { ...options, env, shell: false }),
    );
  };
  return start as typeof spawn;
}

/** Whole lines of each command, however their output comes in pieces. */
function logTo(log: TaskLog): (entry: LogEntry) => void {
  const running = new Map<string, { readonly command: string; readonly stdout: Lines; readonly stderr: Lines }>();
  return (entry) => {
    switch (entry.kind) {
      case "cmd":
        log("log", `$ ${entry.cmd}`);
        running.set(entry.id, {
          command: entry.cmd,
          stdout: new Lines((line) => log("stdout", line)),
          stderr: new Lines((line) => log("stderr", line)),
        });
        return;
      case "stdout":
      case "stderr":
        running.get(entry.id)?.[entry.kind].write(entry.data);
        return;
      case "end": {
        const ended = running.get(entry.id);
        ended?.stdout.end();
        ended?.stderr.end();
        // Told even where the task catches the failure or never looks at it.
        if (ended !== undefined && entry.exitCode !== 0) log("log", `${inWords(entry)}: ${ended.command}`);
        running.delete(entry.id);
        return;
      }
      default:
        return;
    }
  };
}

/** Remembers each call, so that its failure can say where it was made. */
function recording(shell: Shell, calls: WeakMap<object, Call>): TaskShell {
  const record = (...args: Parameters<Shell>): ProcessPromise | TaskShell => {
    const result: ProcessPromise | Shell = shell(...args);
    if (typeof result === "function") return recording(result, calls);
    const at = { stack: "" };
    Error.captureStackTrace(at, record);
    // Also keeps a failure that the task never looks at from ending the whole of mirror.
    result.catch((failure: ProcessOutput) => calls.set(failure, { command: result.cmd, stack: at.stack }));
    return result;
  };
  return record as TaskShell;
}
