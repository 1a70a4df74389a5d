import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** A command that is ready to be started. */
export interface Program {
  /** As a person would type it. */
  readonly command: string;
  /** Absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  /** Added to mirror's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
}

/** How a command ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly cause?: Error;
}

const QUIET_MS = 100;
const MOST_ROUNDS = 10;

/**
 * Waits until all has been read that a process which has ended had written, then closes its output. Where somebody
 * else holds it open, that is when nothing has come for a while, or too long.
 */
export async function drain(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const closed = Promise.all(streams.map((stream) => (stream.closed ? undefined : once(stream, "close"))));
  for (let round = 0, before = -1, read = 0; before !== read && round < MOST_ROUNDS; round++) {
    before = read;
    const first = await Promise.race([closed, delay(QUIET_MS)]);
    if (first !== undefined) return;
    read = streams.reduce((sum, stream) => sum + ("bytesRead" in stream ? Number(stream.bytesRead) : 0), 0);
  }
  for (const stream of streams) stream.destroy();
}
