import type { Out } from "./reader.ts";
import type { After } from "./timer.ts";

const FULL = 64 * 1024;

/** So long may what is said wait for more: nobody reads faster, and a write for each line is dear. */
const GATHERED_MS = 20;

/** An output that writes what is said in short order in one go. */
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
      else cancel ??= after(GATHERED_MS, flush);
    },
    flush,
  };
}
