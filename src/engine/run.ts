import type { Execute, RunOptions, RunOutcome } from "./contract.ts";
import type { Graph } from "./graph.ts";
import { Scheduler } from "./scheduler.ts";

/**
 * Runs every node of a graph once all it needs has ended well, and settles when every node has an outcome.
 *
 * - `done` and `skipped` needs let a node start; a skipped one has no value.
 * - A node with a need that failed, waits or was cancelled is `blocked`, `by` the nodes where that began. It settles
 *   once all its needs have, so that `by` names all of them.
 * - A `transient` failure is tried again after a pause, without its places; nothing else is.
 * - Once stopping, by interrupt or fail-fast, nothing starts: what has not started is `cancelled` (or `blocked`, where
 *   a need had failed already; or `failed`, where it was to be tried again). What runs ends by itself.
 * - Once killed, what still runs after a grace is `cancelled`; whatever it does later is ignored.
 *
 * Emits `node-started`, `node-retrying`, `node-settled`, `run-stopping` and what steps report. An unexpected error
 * in a step is a failure of its node.
 *
 * @throws Failed `engine/bad-graph`, `engine/no-places`
 */
export async function runGraph<Step, Value>(
  graph: Graph<Step>,
  execute: Execute<Step, Value>,
  options: RunOptions<Value>,
): Promise<RunOutcome> {
  return new Scheduler(graph, execute, options).run();
}
