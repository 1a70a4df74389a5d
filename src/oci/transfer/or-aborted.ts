import { cancelled } from "../http/index.ts";

/** Waits for what others do, but no longer than until we are told to stop. Throws `Failed` (`oci/cancelled`). */
export function orAborted<Value>(pending: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    const dropped = (): void => reject(cancelled());
    signal.addEventListener("abort", dropped, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener("abort", dropped));
  });
}
