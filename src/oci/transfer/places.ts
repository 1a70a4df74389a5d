import { cancelled, onAbort } from "../http/index.ts";

/** Places at each host, given out in the order in which they were asked for. */
export interface Places {
  /** Waits for a place and gives it back afterwards. Throws `Failed` (`oci/cancelled`). */
  readonly within: <Result>(host: string, signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>;
}

interface Host {
  taken: number;
  readonly waiting: Set<() => void>;
}

/** @param most how many places a host has; looked at whenever one is asked for or given back, as that may change */
export function createPlaces(most: (host: string) => number): Places {
  const hosts = new Map<string, Host>();
  return {
    within: async (name, signal, work) => {
      const host = hosts.get(name) ?? { taken: 0, waiting: new Set() };
      hosts.set(name, host);
      if (host.waiting.size === 0 && host.taken < most(name)) host.taken += 1;
      else {
        const given = turn(host, signal);
        letIn(host, most(name));
        await given;
      }
      try {
        return await work();
      } finally {
        host.taken -= 1;
        letIn(host, most(name));
      }
    },
  };
}

function turn(host: Host, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    const given = (): void => {
      heedless();
      resolve();
    };
    const heedless = onAbort(signal, () => {
      host.waiting.delete(given);
      reject(cancelled());
    });
    host.waiting.add(given);
  });
}

function letIn(host: Host, most: number): void {
  for (const next of host.waiting) {
    if (host.taken >= most) return;
    host.waiting.delete(next);
    host.taken += 1;
    next();
  }
}
