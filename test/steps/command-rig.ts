import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Failure, failureOf, type Place } from "../../src/failure/index.ts";
import { type CommandRun, openCommands } from "../../src/steps/command/index.ts";
import type { Logged } from "./script-rig.ts";

/** Through lanes, and one by one from Node, as where there is no shell. */
export const ways = ["lanes", "plain"] as const;
export type Way = (typeof ways)[number];

export const place: Place = { file: "mirror.config.yaml", line: 3, column: 12, length: 4, text: "  t: { run: [it] }" };

export type Changes = Partial<Omit<CommandRun, "argv">>;

/** A folder in which commands are run. */
export interface CommandRig {
  readonly folder: string;
  readonly stopping: AbortController;
  readonly killed: AbortController;
  /** Gives what the command wrote, as lines of the log. */
  run(argv: readonly [string, ...string[]], changes?: Changes): Promise<readonly Logged[]>;
  /** The failure that a command ends with. */
  fails(argv: readonly [string, ...string[]], changes?: Changes): Promise<Failure>;
  sh(script: string, changes?: Changes): Promise<readonly Logged[]>;
  remove(): Promise<void>;
}

export async function commandRig(way: Way, env: Readonly<Record<string, string>> = {}): Promise<CommandRig> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-command-"));
  const [stopping, killed] = [new AbortController(), new AbortController()];
  setMaxListeners(0, stopping.signal, killed.signal);
  const commands = openCommands({
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    shell: way === "lanes" ? "/bin/sh" : "/there/is/none",
  });
  const run: CommandRig["run"] = async (argv, changes = {}) => {
    const logged: Logged[] = [];
    const log: CommandRun["log"] = (stream, line) => logged.push({ stream, line });
    const given = { task: "try", place, env: {}, stopping: stopping.signal, killed: killed.signal, log };
    await commands.run({ ...given, ...changes, argv });
    return logged;
  };
  return {
    folder,
    stopping,
    killed,
    run,
    fails: (argv, changes) =>
      run(argv, changes).then(() => {
        throw new Error(`expected a failure of ${argv.join(" ")}`);
      }, failureOf),
    sh: (script, changes) => run(["sh", "-c", script], changes),
    remove: async () => {
      commands.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function linesOf(logged: readonly Logged[], stream: "stdout" | "stderr" | "log"): readonly string[] {
  return logged.filter((entry) => entry.stream === stream).map(({ line }) => line);
}
