import { spawn, spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { Row } from "./comparison.ts";

/** One of those compared: does the work once. */
export interface Contender {
  readonly name: string;
  readonly work: () => Promise<void>;
}

/**
 * Times each contender once a round, in turns, so that what else happens on the machine hits all alike; the order
 * turns around with every round. One round before the first does not count.
 */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<readonly Row[]> {
  const times = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? contenders : [...contenders].reverse();
    for (const contender of order) {
      const before = performance.now();
      await contender.work();
      if (round > 0) times.get(contender)?.push(performance.now() - before);
    }
  }
  return [...times].map(([{ name }, measured]) => rowOf(name, measured));
}

/** How many rounds this process was asked for with `--rounds N`, or so many. */
export function rounds(otherwise: number): number {
  const { values } = parseArgs({ options: { rounds: { type: "string" } } });
  const asked = Number(values.rounds ?? otherwise);
  if (!Number.isInteger(asked) || asked < 1) throw new Error(`--rounds ${values.rounds}: give a number from 1`);
  return asked;
}

/** The median of one contender, by name. */
export function medianOf(rows: readonly Row[], name: string): number {
  const row = rows.find((row) => row.name === name);
  if (row === undefined) throw new Error(`nothing was measured under the name "${name}"`);
  return row.median;
}

function rowOf(name: string, measured: readonly number[]): Row {
  const sorted = [...measured].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  const [fastest, slowest] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || fastest === undefined || slowest === undefined) {
    throw new Error("a median of nothing");
  }
  return { name, median: (low + high) / 2, fastest, slowest };
}

/** Node 20 reads the certificates that this names at each start, which then takes about three times as long. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** Runs a program to its end, its output thrown away. Throws with the end of its errors where it fails. */
export function runProgram(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-2_000);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}: ${errors}`));
    });
  });
}

/** True where a program can be started under this name. */
export const isInstalled = (command: string): boolean => spawnSync(command, ["--version"]).error === undefined;
