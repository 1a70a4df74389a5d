/** Time as the engine sees it; tests bring a clock of their own. */
export interface Clock {
  /** Milliseconds that only ever grow; the start is arbitrary. */
  readonly now: () => number;
  /** Calls back once after so many milliseconds. The function given back takes that back. */
  readonly after: (delayMs: number, call: () => void) => () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
