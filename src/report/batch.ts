import type { Out } from "./reader.ts";
import type { After } from "./timer.ts";

const FULL = 64 * 1024;

/** An output that writes what is said in one turn of the event loop in one go: a write for each line is dear. */
export interface Batch {
  readonly write: (text: string) => void;
  /** Writes at once what has been held back. */
  readonly flush: () => void;
}

export function batched(out: Out, after: After): Batch {
  let held = "";
  let cancel: (() => void) | undefined;
  const flush = (): void => {
    cancel?.();
    cancel = undefined;
    const text = held;
    held = "";
    if (text !== "") out.write(text);
  };
  return {
    write: (text) => {
      held += text;
      if (held.length >= FULL) flush();
      else cancel ??= after(0, flush);
    },
    flush,
  };
}
