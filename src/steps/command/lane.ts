import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { MARK } from "../process/children.ts";
import type { Moment, PidCounter } from "../process/pid-counter.ts";
import { type Family, livingMembers, signalGroup, signalProcess } from "../process/processes.ts";
import type { Stoppable } from "../process/until-ended.ts";
import { commandText, opening } from "./lane-script.ts";
import { MarkedOutput } from "./marked-output.ts";
import { drain, type Ended, type Program } from "./program.ts";

const LOOK_AGAIN_MS = 25;
/** Between two looks a process may fork; after so many kills in a row nothing is left to fork. */
const KILL_ROUNDS = 5;

export interface LaneSettings {
  /** A POSIX shell. */
  readonly shell: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly counter: PidCounter;
  /** The process groups of all lanes; each adds its own. */
  readonly groups: Set<number>;
}

interface Running {
  readonly program: Program;
  readonly settle: (ended: Ended) => void;
  marksToCome: number;
}

/**
 * A small shell that starts commands for mirror, one at a time: a fork of it costs a fraction of a fork of Node, and
 * none of Node's own time. It leads the process group that its commands are in. It survives every signal to that
 * group but KILL; a lane that did not survive, or whose command left something behind, is spent.
 */
export class Lane implements Stoppable {
  readonly #counter: PidCounter;
  readonly #allGroups: Set<number>;
  readonly #shell: ChildProcess;
  readonly #id = randomUUID();
  readonly #mark = `\x1emirror-${this.#id}-`;
  /** The process group; none when it is gone, as its number may then belong to another. */
  readonly #groups = new Set<number>();
  /** All that commands have started, wherever it has gone, and the lane's own two processes. */
  readonly #family: Family;
  #guard: number | undefined;
  #state: "sound" | "spent" = "sound";
  #end: Ended | undefined;
  #running: Running | undefined;
  #last: { readonly command: string; readonly since: Moment } | undefined;

  constructor({ shell, cwd, env, counter, groups }: LaneSettings) {
    this.#counter = counter;
    this.#allGroups = groups;
    this.#shell = spawn(shell, [], {
      cwd,
      env: { ...env, [MARK]: this.#id },
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      detached: true,
    });
    this.#family = { groups: this.#groups, roots: this.#groups, mark: `${MARK}=${this.#id}`, others: groups };
    if (this.#shell.pid !== undefined) for (const set of [this.#groups, groups]) set.add(this.#shell.pid);
    this.#read("stdout");
    this.#read("stderr");
    // Writing to a lane that is gone fails; that it is gone is told by its end.
    for (const stream of this.#shell.stdio) stream?.on("error", () => {});
    this.#shell.once("error", (error) => this.#finish({ exitCode: null, signal: null, cause: error }));
    this.#shell.once("exit", (_, signal) => this.#onExit(signal));
    this.#shell.stdin?.write(opening(this.#mark));
  }

  /** Whether it can take another command. */
  get state(): "sound" | "spent" {
    return this.#state;
  }

  /** Runs a command; settles when it has ended and all that it had written by then has been given. */
  run(program: Program): Promise<Ended> {
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((settle) => {
      this.#running = { program, settle, marksToCome: 2 };
      this.#last = { command: program.command, since: this.#counter.now() };
      this.#shell.stdin?.write(commandText(program, this.#mark));
    });
  }

  /** The command, where it has ended and left something behind in its process group. */
  get leftovers(): readonly string[] {
    if (this.#last === undefined) return [];
    const living = this.#living(this.#counter.startedSince(this.#last.since));
    if (living.length === 0) return [];
    // A daemon outside of the group may live on, but what it writes must not come into the next command's log.
    this.#state = "spent";
    const inGroup = livingMembers({ groups: this.#groups, roots: new Set(), mark: undefined }, living);
    return inGroup.length === 0 ? [] : [this.#last.command];
  }

  terminate(): void {
    const living = this.#living();
    for (const group of this.#groups) signalGroup(group, "SIGTERM");
    for (const pid of living) signalProcess(pid, "SIGTERM");
  }

  async end(options: { readonly graceMs: number; readonly hurry: AbortSignal }): Promise<void> {
    const deadline = performance.now() + options.graceMs;
    while (performance.now() < deadline && !options.hurry.aborted) {
      if (this.#living().length === 0) return;
      await delay(LOOK_AGAIN_MS);
    }
    for (let round = 0; round < KILL_ROUNDS; round++) {
      const living = this.#living();
      if (living.length === 0) return;
      this.kill();
      for (const pid of living) signalProcess(pid, "SIGKILL");
      await delay(LOOK_AGAIN_MS);
    }
  }

  /** Kills the lane and its process group, without waiting. */
  kill(): void {
    this.#state = "spent";
    for (const group of this.#groups) signalGroup(group, "SIGKILL");
  }

  #living(among?: readonly number[]): readonly number[] {
    return livingMembers(this.#family, among).filter((pid) => pid !== this.#shell.pid && pid !== this.#guard);
  }

  #read(stream: "stdout" | "stderr"): void {
    const marked = new MarkedOutput(this.#mark, {
      output: (chunk) => this.#running?.program[stream](chunk),
      mark: (number) => this.#onMark(number),
    });
    this.#shell[stream]?.on("data", (chunk: Buffer) => marked.write(chunk));
    this.#shell[stream]?.on("end", () => marked.end());
  }

  #onMark(number: number): void {
    // The first of all tells the guard, before any command can end.
    if (this.#guard === undefined) {
      this.#guard = number;
      return;
    }
    if (this.#running === undefined) return;
    this.#running.marksToCome -= 1;
    if (this.#running.marksToCome === 0) this.#settle({ exitCode: number, signal: null });
  }

  #onExit(signal: NodeJS.Signals | null): void {
    // Asked at once, while the number cannot yet belong to a new process.
    for (const group of this.#groups) {
      if (signalGroup(group, 0)) continue;
      this.#groups.delete(group);
      this.#allGroups.delete(group);
    }
    const gone = { exitCode: null, signal };
    const ended = signal === null ? { ...gone, cause: new Error("the shell that was to start it has ended") } : gone;
    this.#state = "spent";
    void drain(this.#shell).then(() => this.#finish(ended));
  }

  #finish(ended: Ended): void {
    this.#state = "spent";
    this.#end = ended;
    this.#settle(ended);
    for (const stream of this.#shell.stdio) stream?.destroy();
  }

  #settle(ended: Ended): void {
    const running = this.#running;
    this.#running = undefined;
    running?.settle(ended);
  }
}
