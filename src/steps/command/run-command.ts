import type { Place } from "../../failure/index.ts";
import { cancelledTask } from "../process/failures.ts";
import { Lines } from "../process/lines.ts";
import { GRACE_MS, type Stoppable, untilEnded } from "../process/until-ended.ts";
import { commandFailed, noProgram } from "./failures.ts";
import type { FoundProgram } from "./find-program.ts";
import type { Ended, Program } from "./program.ts";
import { formatCommand } from "./quoting.ts";

const LAST_LINES = 10;

export interface CommandRun {
  /** The name of the task. */
  readonly task: string;
  /** Where the config has the command. */
  readonly place: Place;
  /** The program, by name or path, and its arguments as they are: no shell looks at them. */
  readonly argv: readonly [string, ...string[]];
  /** The task's own variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
  readonly log: (stream: "log" | "stdout" | "stderr", line: string) => void;
  /** Milliseconds between asking a process to end and killing it. */
  readonly graceMs?: number;
}

/** A way to start commands. */
export interface Starter {
  readonly find: (name: string, env: CommandRun["env"]) => FoundProgram;
  readonly start: (program: Program, task: string) => Promise<Started>;
}

export interface Started {
  readonly ended: Promise<Ended>;
  readonly processes: Stoppable;
  /** To be called when nothing of it runs any more. */
  readonly release: () => void;
}

/**
 * Runs the command of a task to its end. No process that it started is alive afterwards, except for daemons it left
 * its process group with when it ended by itself.
 * Throws `Failed`: `task/no-command`, `task/command-failed`, and `task/cancelled` where the run was stopped first.
 */
export async function runCommand(run: CommandRun, starter: Starter): Promise<void> {
  if (run.stopping.aborted) throw cancelledTask(run.task);
  const [name, ...args] = run.argv;
  const found = starter.find(name, run.env);
  if (found.kind !== "found") throw noProgram(name, found, run);

  const command = formatCommand(run.argv);
  run.log("log", `$ ${command}`);
  const output = linesTo(run.log);
  const program = { command, file: found.file, args, env: run.env, stdout: output.stdout, stderr: output.stderr };
  const { ended, processes, release } = await starter.start(program, run.task);
  try {
    const how = await untilEnded(ended, processes, { ...run, graceMs: run.graceMs ?? GRACE_MS });
    output.end();
    if (how !== "stopped" && how.exitCode === 0) return;
    if (how === "stopped" || run.stopping.aborted) throw cancelledTask(run.task);
    throw commandFailed(command, how, output.last, run);
  } finally {
    release();
  }
}

/** Both streams as whole lines of the log; the last of them, as they came, are kept for a failure. */
function linesTo(log: CommandRun["log"]) {
  const last: string[] = [];
  const linesOf = (stream: "stdout" | "stderr") =>
    new Lines((line) => {
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      log(stream, line);
    });
  const [stdout, stderr] = [linesOf("stdout"), linesOf("stderr")];
  return {
    stdout: (chunk: Buffer) => stdout.write(chunk),
    stderr: (chunk: Buffer) => stderr.write(chunk),
    end: () => {
      stdout.end();
      stderr.end();
    },
    last,
  };
}
