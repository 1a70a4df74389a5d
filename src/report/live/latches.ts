import type { Entry } from "./task-list.ts";

type End = "completed" | "failed" | "skipped";

interface Latch {
  readonly start: () => void;
  readonly end: (end: End) => void;
}

/** Turns "has started" and "has ended", which come as events, into promises that a list can wait for. */
export class Latches {
  readonly #latches = new Map<string, Latch>();

  add(title: string): Entry {
    let start = (): void => {};
    let end = (_: End): void => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const ended = new Promise<End>((resolve) => {
      end = resolve;
    });
    this.#latches.set(title, { start, end });
    return { title, started, ended };
  }

  start(title: string): void {
    this.#latches.get(title)?.start();
  }

  /** A node may end without having started: blocked, cancelled. */
  end(title: string, end: End): void {
    const latch = this.#latches.get(title);
    latch?.start();
    latch?.end(end);
  }

  /** Lets go of whatever still waits. */
  endAll(): void {
    for (const latch of this.#latches.values()) {
      latch.start();
      latch.end("skipped");
    }
  }
}
