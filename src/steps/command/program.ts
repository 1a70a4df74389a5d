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

/**
 * Waits until all has been read that a process which has ended had written. Where somebody else holds its output
 * open, until nothing has come for a while.
 */
export async function drained(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const closed = Promise.all(streams.map((stream) => (stream.closed ? undefined : once(stream, "close"))));
  for (let before = -1, read = 0; before !== read; ) {
    before = read;
    const first = await Promise.race([closed, delay(QUIET_MS)]);
    if (first !== undefined) return;
    read = streams.reduce((sum, stream) => sum + ("bytesRead" in stream ? Number(stream.bytesRead) : 0), 0);
  }
}
