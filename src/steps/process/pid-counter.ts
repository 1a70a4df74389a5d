import { closeSync, openSync, readSync } from "node:fs";

/** A second is too short for the numbers of processes to go round and begin anew. */
const TRUSTED_MS = 1_000;
/** More than this are not worth looking at one by one. */
const MOST = 256;

/** What {@link PidCounter.startedSince} compares with. */
export interface Moment {
  readonly lastPid: number;
  readonly at: number;
}

/**
 * Linux gives processes ascending numbers and tells the last one it gave (proc(5), /proc/loadavg, fifth field). What
 * was started lately is found by that for a hundredth of the cost of looking through the table of processes.
 */
export class PidCounter {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(128);

  /** Throws where there is no /proc/loadavg. */
  constructor() {
    this.#file = openSync("/proc/loadavg", "r");
  }

  now(): Moment {
    const length = readSync(this.#file, this.#buffer, 0, this.#buffer.length, 0);
    const text = this.#buffer.toString("latin1", 0, length);
    return { lastPid: Number.parseInt(text.slice(text.lastIndexOf(" ") + 1), 10), at: performance.now() };
  }

  /**
   * Numbers of all processes started since a moment, many of them gone by now. Undefined where that cannot be told:
   * it is too long ago, there are too many, or the count stands still, though the caller knows of a process.
   */
  startedSince(moment: Moment): readonly number[] | undefined {
    const { lastPid, at } = this.now();
    const count = lastPid - moment.lastPid;
    if (at - moment.at > TRUSTED_MS || !(count > 0 && count <= MOST)) return undefined;
    return Array.from({ length: count }, (_, index) => moment.lastPid + 1 + index);
  }

  close(): void {
    closeSync(this.#file);
  }
}
