import { cancelled } from "../http/index.ts";

/** Does a thing once for all who want it; where it fails for one, the next does it himself. */
export function createShared<Value>() {
  const known = new Map<string, Promise<Value>>();
  return async (key: string, signal: AbortSignal, make: () => Promise<Value>): Promise<Value> => {
    for (;;) {
      const pending = known.get(key);
      if (pending === undefined) {
        const made = make();
        known.set(key, made);
        made.catch(() => known.delete(key));
        return made;
      }
      const settled = await pending.then(
        (value) => ({ value }),
        () => undefined,
      );
      if (settled !== undefined) return settled.value;
      if (signal.aborted) throw cancelled();
      if (known.get(key) === pending) known.delete(key);
    }
  };
}

/** Lets one after the other do what concerns the same thing. */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return async <Value>(key: string, work: () => Promise<Value>): Promise<Value> => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
