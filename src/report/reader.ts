import type { Event } from "../engine/index.ts";
import type { Color } from "./paint.ts";
import type { After } from "./timer.ts";

/** Where text goes; a terminal also says how large it is, and that may change. */
export interface Out {
  readonly write: (text: string) => unknown;
  readonly columns?: number;
  readonly rows?: number;
}

/** One form of a report. The model it was made with has already taken the event in. */
export interface Reader {
  readonly on: (event: Event) => void;
  /** Shows what is left to show. All of it is written before this returns; the promise is for what must wind down. */
  readonly close: () => Promise<void>;
}

export interface ReaderOptions {
  readonly out: Out;
  readonly err: Out;
  readonly color: Color;
  /** Milliseconds since the epoch, of the clock that stamps the events. */
  readonly now: () => number;
  readonly after: After;
  /** How a line begins: see `formatTime`. */
  readonly stamp: "iso" | "clock";
}
