import { existsSync } from "node:fs";
import { PidCounter } from "../process/pid-counter.ts";
import { Programs } from "./find-program.ts";
import { canBeTold, canInherit } from "./lane-script.ts";
import { Lanes } from "./lanes.ts";
import { startPlainly } from "./plain.ts";
import type { Program } from "./program.ts";
import { type CommandRun, runCommand, type Started, type Starter } from "./run-command.ts";

export interface Surroundings {
  /** Absolute path of the folder that commands start in: that of the config. */
  readonly cwd: string;
  /** The environment of mirror. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The shell behind lanes; where there is none, commands are started one by one from Node. */
  readonly shell?: string;
}

/** Runs commands of tasks. Nothing is started before the first of them. */
export interface Commands {
  readonly run: (command: CommandRun) => Promise<void>;
  /** Kills what still runs. No command may be run afterwards. */
  readonly close: () => void;
}

export function openCommands(surroundings: Surroundings): Commands {
  const { cwd, env } = surroundings;
  const programs = new Programs(cwd);
  let lanes: LanesHere | undefined;
  const starter: Starter = {
    find: (name, own) => programs.find(name, own.PATH ?? env.PATH),
    start: async (program, task) => {
      lanes ??= openLanes(surroundings);
      if (lanes.kind === "none" || !Object.keys(program.env).every(canBeTold)) {
        const { ended, processes } = startPlainly(program, { cwd, env, task });
        return { ended, processes, release: () => processes.close() };
      }
      return startInLane(program, lanes.lanes);
    },
  };
  return {
    run: (command) => runCommand(command, starter),
    close: () => {
      if (lanes?.kind === "some") lanes.close();
    },
  };
}

type LanesHere =
  | { readonly kind: "none" }
  | { readonly kind: "some"; readonly lanes: Lanes; readonly close: () => void };

/** Lanes want a shell, Linux's /proc, and an environment that a shell hands on whole. */
function openLanes({ cwd, env, shell = "/bin/sh" }: Surroundings): LanesHere {
  if (!existsSync("/proc/loadavg") || !existsSync(shell) || !Object.keys(env).every(canInherit))
    return { kind: "none" };
  const counter = new PidCounter();
  const lanes = new Lanes({ shell, cwd, env, counter, groups: new Set() });
  return {
    kind: "some",
    lanes,
    close: () => {
      lanes.close();
      counter.close();
    },
  };
}

async function startInLane(program: Program, lanes: Lanes): Promise<Started> {
  const lane = await lanes.take();
  return { ended: lane.run(program), processes: lane, release: () => lanes.giveBack(lane) };
}
