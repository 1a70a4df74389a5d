import type { Event, Outcome } from "../../src/engine/index.ts";

/** The events that `mirror run --json` printed. */
export function eventsOf(stdout: string): Event[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);
}

/** How the nodes whose names start so were settled. */
export function outcomesOf(stdout: string, prefix: string): Outcome[] {
  return eventsOf(stdout).flatMap((event) =>
    event.type === "node-settled" && event.id.startsWith(prefix) ? [event.outcome] : [],
  );
}

/** Bytes that all nodes of a run moved. */
export function movedBytes(events: readonly Event[]): number {
  return events.reduce(
    (sum, event) => sum + (event.type === "node-settled" && event.outcome.kind === "done" ? event.outcome.bytes : 0),
    0,
  );
}
