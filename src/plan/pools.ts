import type { Config } from "../config/index.ts";
import type { Graph } from "../engine/index.ts";
import type { Step } from "./step.ts";

/** The pool of what works on this machine: tasks and builds. */
export const THIS_MACHINE = "this-machine";

/** The pool of transfers with a declared registry. */
export const poolOfRegistry = (registry: string): string => `registry:${registry}`;

/** The pool of transfers from a host as references name it: that of a declared registry where it is one. */
export function poolOfHost(config: Config, host: string): string {
  for (const registry of config.registries.values()) {
    if ("endpoint" in registry && registry.endpoint.host === host) return poolOfRegistry(registry.name);
  }
  return `host:${host}`;
}

/** Places on this machine: each may be a process. */
const PLACES_HERE = 16;

/** Places in every pool of a graph: what the registries declare, `fallback` at other registries. */
export function poolsOf(config: Config, graph: Graph<Step>, fallback: number): ReadonlyMap<string, number> {
  const used = [...graph.nodes.values()].flatMap(({ pools }) => pools);
  const pools = new Map(used.map((name) => [name, name === THIS_MACHINE ? PLACES_HERE : fallback]));
  for (const registry of config.registries.values()) {
    if (registry.jobs !== undefined) pools.set(poolOfRegistry(registry.name), registry.jobs);
  }
  return pools;
}
