import type { NodeId } from "../engine/index.ts";
import { Failed, type Failure, type Place } from "../failure/index.ts";

/** One node needs another, and this is where the config says so. */
export interface Edge {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly place: Place;
}

/**
 * Orders names so that each comes after all it needs. Throws `Failed` (`config/cycle`) with every edge of the first
 * cycle found, each with its place.
 */
export function inOrder(ids: Iterable<NodeId>, edgesOf: (id: NodeId) => readonly Edge[]): NodeId[] {
  const ordered: NodeId[] = [];
  const state = new Map<NodeId, "open" | "closed">();
  for (const root of ids) {
    if (state.has(root)) continue;
    // A stack of its own: a chain of a hundred thousand nodes must not exhaust the call stack.
    const path: { id: NodeId; edges: readonly Edge[]; next: number }[] = [{ id: root, edges: edgesOf(root), next: 0 }];
    state.set(root, "open");
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = top.edges[top.next++];
      if (edge === undefined) {
        state.set(top.id, "closed");
        ordered.push(top.id);
        path.pop();
        continue;
      }
      const seen = state.get(edge.to);
      if (seen === "open") throw new Failed(cycle(path.slice(path.findIndex(({ id }) => id === edge.to)).map(taken)));
      if (seen === undefined) {
        state.set(edge.to, "open");
        path.push({ id: edge.to, edges: edgesOf(edge.to), next: 0 });
      }
    }
  }
  return ordered;
}

const taken = (frame: { edges: readonly Edge[]; next: number }): Edge | undefined => frame.edges[frame.next - 1];

function cycle(path: readonly (Edge | undefined)[]): Failure {
  const edges = path.filter((edge) => edge !== undefined);
  const names = [...edges.map((edge) => edge.from), edges[0]?.from].join(" → ");
  const [first, ...rest] = edges.map((edge) => ({ message: `${edge.from} needs ${edge.to}`, place: edge.place }));
  return {
    code: "config/cycle",
    class: "usage",
    message: `These need each other in a circle: ${names}`,
    ...(first === undefined ? {} : { place: first.place }),
    related: first === undefined ? rest : [first, ...rest],
    hint: "Take one of these needs away",
  };
}
