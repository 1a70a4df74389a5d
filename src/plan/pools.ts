import type { Config } from "../config/index.ts";

/** The pool of transfers with a declared registry. */
export const poolOfRegistry = (registry: string): string => `registry:${registry}`;

/** The pool of transfers from a host as references name it: that of a declared registry where it is one. */
export function poolOfHost(config: Config, host: string): string {
  for (const registry of config.registries.values()) {
    if (registry.type !== "embedded" && registry.endpoint.host === host) return poolOfRegistry(registry.name);
  }
  return `host:${host}`;
}

/** Places per pool: what the registries declare, `fallback` elsewhere. */
export function poolsOf(config: Config, used: Iterable<string>, fallback: number): ReadonlyMap<string, number> {
  const pools = new Map([...used].map((name) => [name, fallback]));
  for (const registry of config.registries.values()) {
    if (registry.jobs !== undefined) pools.set(poolOfRegistry(registry.name), registry.jobs);
  }
  return pools;
}
