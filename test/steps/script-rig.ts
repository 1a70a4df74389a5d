import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Failure, failureOf } from "../../src/failure/index.ts";
import { runScript, type ScriptRun, type TaskInputs } from "../../src/steps/script/index.ts";

export const fixtures = join(dirname(fileURLToPath(import.meta.url)), "..", "fixtures", "tasks");

export const noInputs: TaskInputs = { pins: {}, images: {}, results: {}, targets: {}, vars: new Map() };

export interface Logged {
  readonly stream: string;
  readonly line: string;
}

/** A folder with one task file, and what it takes to run it. */
export interface TaskRig {
  readonly folder: string;
  readonly file: string;
  readonly logged: Logged[];
  readonly stopping: AbortController;
  readonly killed: AbortController;
  run(changes?: Partial<ScriptRun>): Promise<unknown>;
  /** The failure that a run ends with. */
  fails(changes?: Partial<ScriptRun>): Promise<Failure>;
  remove(): Promise<void>;
}

export async function taskOf(source: string, name = "task.mjs"): Promise<TaskRig> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-task-"));
  const file = join(folder, name);
  await writeFile(file, source);
  return rigFor(file, folder);
}

export function rigFor(file: string, folder: string): TaskRig {
  const logged: Logged[] = [];
  const stopping = new AbortController();
  const killed = new AbortController();
  const run = (changes: Partial<ScriptRun> = {}) =>
    runScript({
      name: "try",
      file,
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder },
      inputs: noInputs,
      stopping: stopping.signal,
      killed: killed.signal,
      log: (stream, line) => logged.push({ stream, line }),
      ...changes,
    });
  const fails = (changes: Partial<ScriptRun> = {}) =>
    run(changes).then((value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    }, failureOf);
  return { folder, file, logged, stopping, killed, run, fails, remove: () => rm(folder, { recursive: true }) };
}

/** Process ids that a task writes into a file, once `count` are there. */
export async function pidsIn(file: string, count: number): Promise<readonly number[]> {
  for (let tries = 0; tries < 400; tries++) {
    const text = await readFile(file, "utf8").catch(() => "");
    const pids = text.trim().split(/\s+/).filter(Boolean).map(Number);
    if (pids.length >= count && text.endsWith("\n")) return pids;
    await delay(10);
  }
  throw new Error(`no ${count} process ids in ${file}`);
}

/** Which of some processes are alive; zombies are not. */
export async function aliveAmong(pids: readonly number[]): Promise<readonly number[]> {
  const alive = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
      return stat !== "" && !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
    }),
  );
  return pids.filter((_, index) => alive[index]);
}

/** `file:line:column` of a failure and what is underlined there. */
export function pointsAt({ place }: Failure): string {
  if (place === undefined) return "nowhere";
  const { file, line, column, length, text } = place;
  return `${file.split("/").at(-1)}:${line}:${column} ${text.slice(column - 1, column - 1 + length)}`;
}
