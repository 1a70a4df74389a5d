import { AsyncLocalStorage } from "node:async_hooks";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { type Family, livingMembers, signalGroup, signalProcess } from "./processes.ts";
import type { Stoppable } from "./until-ended.ts";

/** The name of the variable by which processes of a task are found again; its value is of one run of one task. */
export const MARK = "MIRROR_TASK_ID";

const LOOK_AGAIN_MS = 25;
/** Between two looks a process may fork; after so many kills in a row nothing is left to fork. */
const KILL_ROUNDS = 5;

const current = new AsyncLocalStorage<Children>();
const open = new Set<Children>();

/**
 * All processes of one run of one task, by whichever way they were started: our `$`, a zx of the task's own,
 * `node:child_process`. They die with the task, and with mirror.
 */
export class Children implements Stoppable {
  readonly mark: string;
  /** Those that run, or whose process group outlived them. */
  readonly #started = new Map<number, ChildProcess>();
  #closed = false;

  constructor(task: string) {
    this.mark = `${task.replace(/[^\w.-]/g, "-")}-${randomUUID()}`;
    watchChildProcesses();
    open.add(this);
  }

  /** Calls a function; processes that it starts, now or later, belong here. */
  own<Result>(work: () => Result): Result {
    return current.run(this, work);
  }

  add(child: ChildProcess): void {
    child.once("spawn", () => {
      const pid = child.pid;
      if (pid === undefined) return;
      this.#started.set(pid, child);
      if (this.#closed) this.#signal("SIGKILL");
      // Asked at once, while the number cannot yet belong to a new process.
      child.once("exit", () => {
        if (!signalGroup(pid, 0)) this.#started.delete(pid);
      });
    });
  }

  get leftovers(): readonly string[] {
    for (const [pid, child] of this.#started) {
      if (hasEnded(child) && !signalGroup(pid, 0)) this.#started.delete(pid);
    }
    return [...this.#started.values()].map(commandOf);
  }

  /** Asks all to end, wherever they have gone. */
  terminate(): void {
    this.#signal("SIGTERM");
  }

  /** Waits until all have ended, for `graceMs` at most or until `hurry`; then kills what is left. */
  async end(options: { readonly graceMs: number; readonly hurry: AbortSignal }): Promise<void> {
    const deadline = performance.now() + options.graceMs;
    while (performance.now() < deadline && !options.hurry.aborted) {
      if (this.#living().length === 0) return;
      await delay(LOOK_AGAIN_MS);
    }
    for (let round = 0; round < KILL_ROUNDS && this.#living().length > 0; round++) {
      this.#signal("SIGKILL");
      await delay(LOOK_AGAIN_MS);
    }
    // A process beyond reach may hold the other end; nobody shall wait for it.
    for (const child of this.#started.values()) for (const stream of child.stdio) stream?.destroy();
  }

  /** From here on, whatever is started is killed at once. */
  close(): void {
    this.#closed = true;
    if (this.#started.size === 0) open.delete(this);
  }

  /** Without waiting, for the end of mirror itself. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  #living(): readonly number[] {
    return livingMembers(this.#family());
  }

  #signal(signal: NodeJS.Signals): void {
    const family = this.#family();
    const members = livingMembers(family);
    for (const group of family.groups) signalGroup(group, signal);
    for (const pid of members) signalProcess(pid, signal);
  }

  #family(): Family {
    const roots = [...this.#started].filter(([, child]) => !hasEnded(child)).map(([pid]) => pid);
    return { groups: new Set(this.#started.keys()), roots: new Set(roots), mark: `${MARK}=${this.mark}` };
  }
}

let watching = false;

/** Node tells of every child process that is made; whose it is, the asynchronous context says. */
function watchChildProcesses(): void {
  if (watching) return;
  watching = true;
  subscribe("child_process", (message) => {
    const made = message as { readonly process: ChildProcess };
    current.getStore()?.add(made.process);
  });
  process.on("exit", () => {
    for (const children of open) children.kill();
  });
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** What a person wrote: behind `bash -c` the command itself. */
function commandOf(child: ChildProcess): string {
  const { spawnargs } = child;
  const at = spawnargs.indexOf("-c");
  const script = spawnargs[at + 1];
  if (at === -1 || script === undefined) return spawnargs.join(" ");
  return script.replace(/^set -euo pipefail;/, "");
}
