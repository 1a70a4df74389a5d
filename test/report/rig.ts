import { asNodeId, type Event, type EventBody } from "../../src/engine/index.ts";
import type { Failure } from "../../src/failure/index.ts";
import { createMask, createReport, type Mask, type ReportKind } from "../../src/report/index.ts";

/** 2026-03-01T12:03:44.000Z. */
export const START = Date.UTC(2026, 2, 1, 12, 3, 44);

/** Time that stands still until it is told to go on. */
export class HandClock {
  #now = START;
  readonly #timers = new Set<{ at: number; call: () => void }>();

  readonly now = (): number => this.#now;

  readonly after = (delayMs: number, call: () => void): (() => void) => {
    const timer = { at: this.#now + delayMs, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  pending(): number {
    return this.#timers.size;
  }

  /** Goes on, timer by timer. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
  }
}

/** A stream that keeps what is written to it. */
export class Sink {
  text = "";

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

export const id = asNodeId;

/** A step of a script: something that happens, so many milliseconds after what came before. */
export type Happening = readonly [afterMs: number, body: EventBody];

export const unauthorized: Failure = {
  code: "registry/unauthorized",
  class: "permanent",
  message: "harbor.example refused the credentials for mlrun/mysql",
  hint: "Check registries.harbor.auth",
};

/** A run in which something of every kind happens. */
export const eventful: readonly Happening[] = [
  [
    0,
    {
      type: "run-started",
      run: "r1",
      mode: "run",
      nodes: [
        { id: id("pin:mysql"), needs: [] },
        { id: id("copy:harbor/mysql"), needs: [id("pin:mysql")] },
        { id: id("copy:harbor/redis"), needs: [] },
        { id: id("copy:harbor/nginx"), needs: [] },
        { id: id("certify:rhcr/deploy"), needs: [] },
        { id: id("published:harbor"), needs: [id("copy:harbor/mysql"), id("copy:harbor/redis")] },
        { id: id("notify"), needs: [] },
      ],
    },
  ],
  [0, { type: "node-started", id: id("pin:mysql"), attempt: 1 }],
  [
    1,
    {
      type: "node-settled",
      id: id("pin:mysql"),
      outcome: { kind: "done", effect: "unchanged", summary: "8.0 is sha256:aaaa", bytes: 0 },
      durationMs: 1,
    },
  ],
  [0, { type: "node-started", id: id("copy:harbor/mysql"), attempt: 1 }],
  [0, { type: "node-started", id: id("copy:harbor/redis"), attempt: 1 }],
  [500, { type: "node-progress", id: id("copy:harbor/redis"), bytes: 40_000_000, totalBytes: 120_000_000 }],
  [
    100,
    {
      type: "node-retrying",
      id: id("copy:harbor/mysql"),
      attempt: 1,
      delayMs: 1500,
      failure: { code: "http/unavailable", class: "transient", message: "harbor.example answered 503" },
    },
  ],
  [500, { type: "node-progress", id: id("copy:harbor/redis"), bytes: 80_000_000, totalBytes: 120_000_000 }],
  [
    100,
    {
      type: "warning",
      failure: { code: "config/literal-secret", class: "usage", message: "a password stands in the config" },
    },
  ],
  [0, { type: "node-log", id: id("copy:harbor/redis"), stream: "stdout", line: "\x1b[31mpushed\x1b[0m\tlayer" }],
  [
    900,
    {
      type: "node-settled",
      id: id("copy:harbor/redis"),
      outcome: { kind: "done", effect: "changed", summary: "copied sha256:ab12", bytes: 120_000_000 },
      durationMs: 2100,
    },
  ],
  [0, { type: "node-started", id: id("copy:harbor/mysql"), attempt: 2 }],
  [
    300,
    {
      type: "node-settled",
      id: id("copy:harbor/mysql"),
      outcome: { kind: "failed", failure: unauthorized },
      durationMs: 2400,
    },
  ],
  [
    0,
    {
      type: "node-settled",
      id: id("published:harbor"),
      outcome: { kind: "blocked", by: [id("copy:harbor/mysql")] },
      durationMs: 0,
    },
  ],
  [
    0,
    {
      type: "node-settled",
      id: id("copy:harbor/nginx"),
      outcome: { kind: "skipped", why: "held: unchanged since 1.14" },
      durationMs: 0,
    },
  ],
  [
    0,
    {
      type: "node-settled",
      id: id("certify:rhcr/deploy"),
      outcome: { kind: "waiting", for: "the certification of deploy" },
      durationMs: 3,
    },
  ],
  [0, { type: "node-settled", id: id("notify"), outcome: { kind: "cancelled" }, durationMs: 0 }],
  [0, { type: "run-finished", exitCode: 1, durationMs: 2426 }],
];

/** Plays a script to a report and gives what it wrote. */
export async function play(
  kind: Exclude<ReportKind, "live">,
  script: readonly Happening[],
  options: { readonly mask?: Mask; readonly stamp?: "iso" | "clock"; readonly color?: "on" | "off" } = {},
): Promise<{ readonly out: string; readonly err: string; readonly events: readonly Event[] }> {
  const clock = new HandClock();
  const out = new Sink();
  const err = new Sink();
  const { mask = createMask(), stamp = "iso", color = "off" } = options;
  const report = createReport({ kind, out, err, color, stamp, mask, now: clock.now, after: clock.after });
  const events: Event[] = [];
  for (const [afterMs, body] of script) {
    clock.pass(afterMs);
    const event = { at: clock.now(), ...body };
    events.push(event);
    report.on(event);
  }
  await report.close();
  return { out: out.text, err: err.text, events };
}
