declare const nodeId: unique symbol;

/** The name of a node as a person types it: `copy:harbor/mysql`. */
export type NodeId = string & { readonly [nodeId]: true };

/** Marks a string as the name of a node; `plan/` is where such names are made. */
export const asNodeId = (name: string): NodeId => name as NodeId;

/** A step applied to something, and what it needs. The engine never looks inside `step`. */
export interface Node<Step> {
  readonly id: NodeId;
  readonly step: Step;
  /** Settled before this node starts; their values are handed to it. */
  readonly needs: readonly NodeId[];
  /** Names of the pools of which the node takes one place each while it runs. */
  readonly pools: readonly string[];
}

/** Nodes by name, each after everything it needs: a graph that exists has no cycle. */
export interface Graph<Step> {
  readonly nodes: ReadonlyMap<NodeId, Node<Step>>;
}
