import type { NodeId } from "./graph.ts";

/**
 * The nodes that keep one node from starting, each once. A long chain behind one failure shares one list, so that
 * a thousand blocked nodes do not make a thousand copies.
 */
export class Blockers {
  #shared: readonly NodeId[];
  #merged: Set<NodeId> | undefined;

  constructor(roots: readonly NodeId[]) {
    this.#shared = roots;
  }

  add(roots: readonly NodeId[]): void {
    if (roots === this.#shared) return;
    this.#merged ??= new Set(this.#shared);
    for (const root of roots) this.#merged.add(root);
  }

  roots(): readonly NodeId[] {
    if (this.#merged === undefined) return this.#shared;
    return [...this.#merged];
  }
}
