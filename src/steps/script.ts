import { type Config, isSecretName, type Secret } from "../config/index.ts";
import type { Graph, NodeId } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import type { Step } from "../plan/index.ts";
import { waysOf } from "../registries/index.ts";
import { pinNode } from "../release/index.ts";
import type { Scope, StepOf } from "./scope.ts";
import { runScript, type TaskInputs, type TaskLog, type TaskTarget } from "./script/index.ts";

/** Runs the script or command of a task; a task without one only groups what it needs. */
export const script: StepOf<"script"> = async (step, context, scope) => {
  const task = scope.config.tasks.get(step.task);
  if (task === undefined) throw new Error(`no task ${step.task}`);
  if (task.run === undefined) return nothing("all it needs is done");
  if (scope.mode === "plan") return { ...nothing("would run"), effect: "ran" };
  const { stopping, killed, report } = context;
  const log: TaskLog = (stream, line) => report({ type: "node-log", stream, line });
  const env = await readAll(task.env, scope);
  switch (task.run.kind) {
    case "command": {
      const { argv, place } = task.run;
      await scope.commands.run({ task: task.name, place, argv, env, stopping, killed, log });
      return ran(undefined);
    }
    case "script": {
      const value = await runScript({
        name: task.name,
        file: task.run.file,
        cwd: scope.config.folder,
        env: { ...scope.env, ...env },
        inputs: inputsOf(context.node.id, scope),
        stopping,
        killed,
        log,
      });
      return ran(value);
    }
    default:
      return unreachable(task.run);
  }
};

function ran(value: unknown) {
  return { kind: "done", value: { kind: "script", value }, effect: "ran", summary: "ran", bytes: 0 } as const;
}

function nothing(summary: string) {
  return { kind: "done", value: { kind: "script", value: undefined }, effect: "none", summary, bytes: 0 } as const;
}

async function readAll(env: ReadonlyMap<string, Secret>, { hide }: Scope): Promise<Record<string, string>> {
  const read = [...env].map(async ([name, secret]) => {
    const value = await secret.read();
    if (isSecretName(name)) hide(value);
    return [name, value] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

function inputsOf(id: NodeId, { graph, values, config, pins: all }: Scope): TaskInputs {
  const needs = needsOf(id, graph);
  const before = [...needs].flatMap((need) => {
    const value = values.get(need);
    return value === undefined ? [] : [[need, value] as const];
  });
  const pins = [...all].flatMap(([image, resolution]) =>
    resolution.kind === "pinned" && needs.has(pinNode(image)) ? [[image, resolution.pin] as const] : [],
  );
  const images = before.flatMap(([need, value]) => (value.kind === "published" ? [[need, value] as const] : []));
  const results = before.flatMap(([need, value]) => (value.kind === "script" ? [[need, value.value] as const] : []));
  return {
    pins: Object.fromEntries(pins),
    images: Object.fromEntries(images),
    results: Object.fromEntries(results),
    targets: targetsOf(config),
    vars: config.vars,
  };
}

/** Everything before a node, not only what it names itself: a release task wants the images behind its bundle too. */
function needsOf(id: NodeId, graph: Graph<Step>): Set<NodeId> {
  const found = new Set<NodeId>([id]);
  for (const name of found) for (const need of graph.nodes.get(name)?.needs ?? []) found.add(need);
  found.delete(id);
  return found;
}

function targetsOf(config: Config): Record<string, TaskTarget> {
  const targets = [...config.targets.values()].map(({ name, registry, entries }) => {
    const declared = config.registries.get(registry);
    const host = declared === undefined ? "" : waysOf(declared).publicName({ path: "", component: undefined }).host;
    return [name, { name, registry, host, images: entries.map((entry) => entry.image) }] as const;
  });
  return Object.fromEntries(targets);
}
