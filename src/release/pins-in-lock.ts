import type { Config } from "../config/index.ts";
import type { Connections } from "../registries/index.ts";
import type { Locking } from "./locking.ts";
import type { Pins } from "./pins.ts";
import { resolvePins } from "./resolve.ts";
import type { Sources } from "./sources.ts";

export interface LookOptions {
  readonly connections: Connections;
  readonly locking: Locking;
  readonly sources: Sources;
  readonly signal: AbortSignal;
}

/**
 * The pins that a lock has of all images of a config that are not built here. No registry is asked; what the lock does
 * not have, or has by another rule, is there with that as its failure.
 */
export function pinsInLock(config: Config, { locking, ...options }: LookOptions): Promise<Pins> {
  const upstream = [...config.images.values()].filter(({ origin }) => origin.kind === "upstream");
  return resolvePins(
    config,
    upstream.map(({ name }) => name),
    { ...options, locking: { ...locking, manner: "frozen" }, emit: () => {} },
  );
}
