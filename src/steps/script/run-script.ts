import { setTimeout as delay } from "node:timers/promises";
import { didYouMean, Failed } from "../../failure/index.ts";
import { Children } from "./children.ts";
import type { TaskContext, TaskImage, TaskPin, TaskTarget } from "./context.ts";
import { cancelledTask, failureOfTask } from "./failures.ts";
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

const GRACE_MS = 3_000;
/** After its processes are gone a task that awaited them settles at once; one that awaits something else never. */
const SETTLE_MS = 100;

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
    const settled = await waitFor(task, children, run);
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

/** The task's own end, or the run's: whichever comes first. Its processes are gone when this returns. */
async function waitFor(task: Promise<Settled>, children: Children, run: ScriptRun): Promise<Settled> {
  const graceMs = run.graceMs ?? GRACE_MS;
  const stopping = once(run.stopping);
  const first = await Promise.race([task, stopping.happened]);
  stopping.forget();
  if (first !== undefined) {
    await stopLeftovers(children, run, graceMs);
    return first;
  }

  children.terminate();
  const asked = performance.now();
  const killed = once(run.killed);
  await Promise.race([task, delay(graceMs), killed.happened]);
  killed.forget();
  await children.end({ graceMs: graceMs - (performance.now() - asked), hurry: run.killed });
  const last = await Promise.race([task, delay(SETTLE_MS)]);
  if (last === undefined) throw cancelledTask(run.name);
  return last;
}

/** A task that has ended leaves nothing behind. */
async function stopLeftovers(children: Children, run: ScriptRun, graceMs: number): Promise<void> {
  const leftovers = children.leftovers;
  if (leftovers.length === 0) return;
  for (const command of leftovers) run.log("log", `Still running when the task ended, stopped: ${command}`);
  children.terminate();
  await children.end({ graceMs, hurry: run.killed });
}

function once(signal: AbortSignal): { readonly happened: Promise<undefined>; readonly forget: () => void } {
  let forget = (): void => undefined;
  const happened = new Promise<undefined>((resolve) => {
    const listener = () => resolve(undefined);
    if (signal.aborted) listener();
    signal.addEventListener("abort", listener, { once: true });
    forget = () => signal.removeEventListener("abort", listener);
  });
  return { happened, forget };
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
