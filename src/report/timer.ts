/** Calls back once after so many milliseconds; the function given back takes that back. */
export type After = (delayMs: number, call: () => void) => () => void;

/** A timer that never keeps the program running. */
export const afterUnref: After = (delayMs, call) => {
  const timer = setTimeout(call, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};
