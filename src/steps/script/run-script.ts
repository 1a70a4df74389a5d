import { didYouMean, Failed } from "../../failure/index.ts";
import { Children } from "../process/children.ts";
import { cancelledTask } from "../process/failures.ts";
import { GRACE_MS, untilEnded } from "../process/until-ended.ts";
import type { TaskContext, TaskImage, TaskPin, TaskTarget } from "./context.ts";
import { failureOfTask } from "./failures.ts";
import { loadTask } from "./load.ts";
import { plainValue } from "./returned.ts";
import { bindShell, type TaskLog } from "./shell.ts";

/** What a task is to know of the run, by name. */
export interface TaskInputs {
  readonly pins: Readonly<Record<string, TaskPin>>;
  readonly images: Readonly<Record<string, TaskImage>>;
  readonly results: Readonly<Record<string, unknown>>;
  readonly targets: Readonly<Record<string, TaskTarget>>;
  readonly vars: ReadonlyMap<string, { readonly read: () => Promise<string> }>;
}

export interface ScriptRun {
  /** The name of the task. */
  readonly name: string;
  /** Absolute path of its script. */
  readonly file: string;
  /** The folder of the config. */
  readonly cwd: string;
  /** The environment of mirror with the task's own on top. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly inputs: TaskInputs;
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
  readonly log: TaskLog;
  /** Milliseconds between asking a process to end and killing it. */
  readonly graceMs?: number;
}

/**
 * Runs the script of a task and gives what it returned, as plain JSON. No process that it started is alive
 * afterwards, however it ended. Throws `Failed`: what {@link loadTask} throws, `task/no-bash`,
 * `task/command-failed`, `task/threw`, `task/bad-value`, and `task/cancelled` where the run was stopped first.
 */
export async function runScript(run: ScriptRun): Promise<unknown> {
  if (run.stopping.aborted) throw cancelledTask(run.name);
  const children = new Children(run.name);
  const env = withoutZx(run.env);
  const shell = await bindShell({ cwd: run.cwd, env, children, log: run.log });
  const context: TaskContext = { ...contextOf(run), env, $: shell.$ };

  // Loading belongs to the task: its file may do work of its own before it exports anything.
  const task = settle(() => children.own(() => shell.within(async () => (await loadTask(run.file))(context))));
  try {
    const settled = await untilEnded(task, children, { ...run, graceMs: run.graceMs ?? GRACE_MS });
    if (settled === "stopped") throw cancelledTask(run.name);
    if (settled.kind === "returned") return plainValue(settled.value, run.name);
    if (run.stopping.aborted) throw cancelledTask(run.name);
    throw await failureOfTask(settled.thrown, { name: run.name, file: run.file, callOf: shell.callOf });
  } finally {
    children.close();
  }
}

type Settled =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly thrown: unknown };

async function settle(work: () => unknown): Promise<Settled> {
  try {
    return { kind: "returned", value: await work() };
  } catch (thrown) {
    return { kind: "threw", thrown };
  }
}

function contextOf(run: ScriptRun): Omit<TaskContext, "$" | "env"> {
  const { pins, images, results, targets, vars } = run.inputs;
  return {
    name: run.name,
    cwd: run.cwd,
    signal: run.stopping,
    graceMs: run.graceMs ?? GRACE_MS,
    pins,
    images,
    results,
    targets,
    variable: async (name) => {
      const variable = vars.get(name);
      if (variable === undefined) throw unknownVariable(name, vars.keys());
      return variable.read();
    },
    log: (text) => {
      for (const line of text.split(/\r?\n/)) run.log("log", line);
    },
  };
}

function unknownVariable(name: string, known: Iterable<string>): Failed {
  const hint = didYouMean(name, known);
  return new Failed({
    code: "task/unknown-variable",
    class: "usage",
    message: `The config has no variable "${name}"`,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Variables by which zx changes its ways; a task that brings a zx of its own shall get the plain one. */
function withoutZx(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("ZX_")));
}
