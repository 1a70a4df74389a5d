import { setTimeout as sleep } from "node:timers/promises";
import { Failed } from "../../failure/index.ts";
import { cancelled } from "./connection-failure.ts";

export interface BackoffOptions {
  /** Attempts at a request, the first included. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** The longest that a server may ask us to wait within a request; beyond it the request fails and says so. */
  readonly patienceMs: number;
}

export const defaultBackoff: BackoffOptions = { attempts: 5, baseMs: 250, capMs: 20_000, patienceMs: 120_000 };

/** A pause before attempt `attempt` + 1: anything up to a limit that doubles, so that clients do not come in step. */
export function fullJitter(attempt: number, { baseMs, capMs }: BackoffOptions): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** attempt);
}

/** `Retry-After` in milliseconds from `now`, whether it counts seconds or names a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** When each host may be asked again: what one request was told holds for all. */
export interface HostPauses {
  readonly hold: (host: string, ms: number) => void;
  readonly wait: (host: string, signal: AbortSignal) => Promise<void>;
}

export function createHostPauses(now: () => number = Date.now): HostPauses {
  const until = new Map<string, number>();
  return {
    hold: (host, ms) => {
      until.set(host, Math.max(until.get(host) ?? 0, now() + ms));
    },
    wait: async (host, signal) => {
      for (let left = waitFor(until, host, now()); left > 0; left = waitFor(until, host, now())) {
        await pause(left, signal);
      }
    },
  };
}

/**
 * Does something up to `attempts` times, as long as it fails with what may pass. Each attempt is given its number, and
 * a function that ends the attempts where what fails has been tried often enough already.
 */
export async function persistently<Result>(
  backoff: BackoffOptions,
  signal: AbortSignal,
  attempt: (number: number, giveUp: () => void) => Promise<Result>,
): Promise<Result> {
  let given = backoff.attempts;
  const giveUp = (): void => {
    given = 0;
  };
  for (let number = 1; ; number++) {
    try {
      return await attempt(number, giveUp);
    } catch (error) {
      if (signal.aborted) throw cancelled();
      const passes = error instanceof Failed && error.failure.class === "transient";
      if (!passes || number >= given || (error.retryAfterMs ?? 0) > backoff.patienceMs) throw error;
      await pause(Math.max(error.retryAfterMs ?? 0, fullJitter(number - 1, backoff)), signal);
    }
  }
}

/** Waits. Throws `Failed` (`oci/cancelled`) when the signal is aborted meanwhile. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw cancelled();
  }
}

function waitFor(until: Map<string, number>, host: string, now: number): number {
  const left = (until.get(host) ?? 0) - now;
  if (left <= 0) until.delete(host);
  return left;
}
