import { failureOf } from "../failure/index.ts";
import type { Emit, Event, EventBody } from "./event.ts";

/** One that follows a run: a terminal, a log, the ledger. Takes each event as it happens, and never waits. */
export type Reader = (event: Event) => void;

/**
 * Stamps events with the time and hands them to the readers, in order. A reader that throws is left out from then
 * on, and the others are told with a `warning`: a broken view must not break the run.
 *
 * @param now milliseconds since the epoch
 */
export function streamTo(readers: readonly Reader[], now: () => number): Emit {
  const listening = new Set(readers);
  const emit = (body: EventBody): void => {
    const event: Event = { at: now(), ...body };
    for (const reader of listening) {
      try {
        reader(event);
      } catch (error) {
        listening.delete(reader);
        emit({ type: "warning", failure: failureOf(error) });
      }
    }
  };
  return emit;
}
