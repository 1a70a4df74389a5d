/** The engine alone: `engine.mjs nothing|spawn NODES JOBS`. Ends with 1 unless every node is done. */
import { spawn } from "node:child_process";
import { asNodeId, type EventBody, type Node, type NodeId, runGraph, type StepResult } from "../src/engine/index.ts";

const [what, size, jobs] = process.argv.slice(2);
const events: EventBody[] = [];
const { outcomes } = await runGraph({ nodes: nodesOf(Number(size)) }, what === "spawn" ? spawnTrue : doNothing, {
  emit: (event) => events.push(event),
  jobs: Number(jobs),
  pools: new Map(),
  attempts: 3,
  onFailure: "keep-going",
  stopping: new AbortController().signal,
  killed: new AbortController().signal,
});
process.exitCode = [...outcomes.values()].every(({ kind }) => kind === "done") ? 0 : 1;

/** In chains of ten. */
function nodesOf(count: number): ReadonlyMap<NodeId, Node<undefined>> {
  const nodes = new Map<NodeId, Node<undefined>>();
  for (let at = 0; at < count; at++) {
    const id = asNodeId(`node-${at}`);
    const needs = at % 10 === 0 ? [] : [asNodeId(`node-${at - 1}`)];
    nodes.set(id, { id, step: undefined, needs, pools: [] });
  }
  return nodes;
}

async function doNothing(): Promise<StepResult<undefined>> {
  return { kind: "done", value: undefined, effect: "none", summary: "", bytes: 0 };
}

/** In a process group of its own, as a task's commands are. */
function spawnTrue(): Promise<StepResult<undefined>> {
  return new Promise((resolve, reject) => {
    const child = spawn("true", { stdio: "ignore", detached: true });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve(doNothing()) : reject(new Error(`true ended with ${code}`))));
  });
}
