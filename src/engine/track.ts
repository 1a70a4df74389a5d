import { Failed, type Failure } from "../failure/index.ts";
import type { Blockers } from "./blockers.ts";
import type { Graph, Node, NodeId } from "./graph.ts";

/** What the scheduler knows of one node while the graph runs. */
export interface Track<Step> {
  readonly node: Node<Step>;
  readonly dependents: Track<Step>[];
  /** Nodes on the longest chain that waits for this one: what should start first. */
  chain: number;
  /**
   * - `unready`: something it needs has not settled;
   * - `ready`: waits for places in its pools;
   * - `resting`: failed, and waits to be tried again; or waits on the outside, and is asked again.
   */
  state: "unready" | "ready" | "running" | "resting" | "settled";
  unsettledNeeds: number;
  blockers: Blockers | undefined;
  /** Counts from 1; 0 before the first. */
  attempt: number;
  startedAt: number | undefined;
  /** Of the attempt before, while resting. */
  lastFailure: Failure | undefined;
  /** What it waited for when it was last asked, and how often it was; undefined where it has not waited. */
  waits: { readonly for: string; readonly times: number } | undefined;
  cancelWake: (() => void) | undefined;
}

/**
 * One track for each node, in the order of the graph. Linear in nodes and needs.
 *
 * @throws Failed `engine/bad-graph` where a node stands before something it needs, or needs what is not there.
 */
export function tracksOf<Step>(graph: Graph<Step>): readonly Track<Step>[] {
  const byId = new Map<NodeId, Track<Step>>();
  for (const node of graph.nodes.values()) {
    const track = newTrack(node);
    for (const need of node.needs.length < 2 ? node.needs : new Set(node.needs)) {
      const needed = byId.get(need);
      if (needed === undefined) throw badGraph(node.id, need);
      needed.dependents.push(track);
      track.unsettledNeeds += 1;
    }
    byId.set(node.id, track);
  }
  const tracks = [...byId.values()];
  measureChains(tracks);
  return tracks;
}

function newTrack<Step>(node: Node<Step>): Track<Step> {
  return {
    node,
    dependents: [],
    chain: 0,
    state: "unready",
    unsettledNeeds: 0,
    blockers: undefined,
    attempt: 0,
    startedAt: undefined,
    lastFailure: undefined,
    waits: undefined,
    cancelWake: undefined,
  };
}

function measureChains<Step>(tracks: readonly Track<Step>[]): void {
  for (let at = tracks.length - 1; at >= 0; at--) {
    const track = tracks[at];
    for (const dependent of track?.dependents ?? []) {
      if (track !== undefined) track.chain = Math.max(track.chain, dependent.chain + 1);
    }
  }
}

function badGraph(id: NodeId, need: NodeId): Failed {
  return new Failed({
    code: "engine/bad-graph",
    class: "permanent",
    message: `The graph lists "${id}" without "${need}", which it needs, before it`,
    hint: "This is a defect of mirror: report it with the config that leads to it",
  });
}
