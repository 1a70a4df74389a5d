import { cancelled, onAbort } from "../http/index.ts";

/** Waits for what others do, but no longer than until we are told to stop. Throws `Failed` (`oci/cancelled`). */
export function orAborted<Value>(pending: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    const heedless = onAbort(signal, () => reject(cancelled()));
    pending.then(resolve, reject).finally(heedless);
  });
}
