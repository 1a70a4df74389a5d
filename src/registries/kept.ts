import { failureOf } from "../failure/index.ts";

/** Answers by key: each is asked for once, also by several at once. */
export interface Kept<Value> {
  readonly once: (key: string, ask: () => Promise<Value>, signal: AbortSignal) => Promise<Value>;
  /** What is known without having been asked for. */
  readonly add: (key: string, value: Value) => void;
}

/**
 * Keeps answers as long as all of them together have at most `limit` bytes; those that come later are asked for each
 * time, since the first to be asked for are also the first that are wanted again. What failed is asked for again.
 */
export function createKept<Value>(limit: number, bytesOf: (value: Value) => number): Kept<Value> {
  const known = new Map<string, Promise<Value>>();
  let size = 0;

  const keep = (key: string, asked: Promise<Value>): void => {
    known.set(key, asked);
    const drop = (): void => {
      if (known.get(key) === asked) known.delete(key);
    };
    asked.then((value) => {
      const bytes = bytesOf(value);
      if (size + bytes > limit) drop();
      else size += bytes;
    }, drop);
  };

  return {
    once: async (key, ask, signal) => {
      for (let pending = known.get(key); pending !== undefined; pending = known.get(key)) {
        try {
          return await pending;
        } catch (error) {
          // Whoever asked first may have been cancelled; we were not.
          if (signal.aborted || failureOf(error).class !== "cancelled") throw error;
        }
      }
      const asked = ask();
      keep(key, asked);
      return asked;
    },
    add: (key, value) => {
      if (!known.has(key)) keep(key, Promise.resolve(value));
    },
  };
}
