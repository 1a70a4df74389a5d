import type { SetName } from "./sets.ts";

/** One kind of work that is compared. */
export interface WorkRow {
  /** What `--only` names. */
  readonly name: string;
  readonly title: string;
  readonly set: SetName;
  readonly state: "cold" | "no-op" | "changed";
  readonly way: "plain" | "tls" | "far";
  /** Processes at once for tools that copy one image each: what serves them best. Also the floor's connections. */
  readonly processes: number;
  /** Where each turn takes long, fewer of them. */
  readonly length: "short" | "long" | "very long";
  readonly goals: Goals;
}

/** Ratios of wall time that are aimed at, and megabytes. */
export interface Goals {
  readonly peer?: number;
  /** Of the best one that hashes, as mirror does, where that is most of the work. */
  readonly hashingPeer?: number;
  readonly floor?: number;
}

const cold = (name: string, title: string, set: SetName, way: WorkRow["way"], goals: Goals): WorkRow => {
  const length = way === "far" ? "very long" : "long";
  return { name, title, set, state: "cold", way, processes: way === "far" ? 16 : 4, length, goals };
};

const noOp = (name: string, title: string, set: SetName, way: WorkRow["way"], goals: Goals): WorkRow => ({
  name,
  title,
  set,
  state: "no-op",
  way,
  processes: way === "far" ? 16 : 4,
  length: "short",
  goals,
});

export const peakMbGoal = 110;

/** Sets that follow each other are made once. */
export const workRows: readonly WorkRow[] = [
  { ...cold("stacks-cold", "24 images cold", "stacks", "plain", { peer: 0.7, floor: 1.35 }), processes: 2 },
  noOp("stacks-no-op", "24 images, nothing to do", "stacks", "plain", { peer: 0.8 }),
  {
    ...noOp("stacks-changed", "3 of 24 images changed", "stacks", "plain", { peer: 0.9 }),
    state: "changed",
  },
  { ...cold("stacks-cold-tls", "24 images cold, TLS", "stacks", "tls", { peer: 0.8 }), processes: 2 },
  noOp("stacks-no-op-tls", "24 images, nothing to do, TLS", "stacks", "tls", {}),
  cold("stacks-cold-far", "24 images cold, 50 ms and 400 Mbit/s", "stacks", "far", { peer: 0.4 }),
  noOp("stacks-no-op-far", "24 images, nothing to do, 50 ms", "stacks", "far", {}),
  cold("small-cold", "200 small images cold", "small", "plain", { peer: 0.5 }),
  noOp("small-no-op", "200 small images, nothing to do", "small", "plain", { peer: 0.3 }),
  cold("small-cold-tls", "200 small images cold, TLS", "small", "tls", {}),
  noOp("small-no-op-tls", "200 small images, nothing to do, TLS", "small", "tls", {}),
  cold("small-cold-far", "200 small images cold, 50 ms", "small", "far", { peer: 0.35 }),
  noOp("small-no-op-far", "200 small images, nothing to do, 50 ms", "small", "far", { peer: 0.2 }),
  { ...cold("many-cold", "1,000 small images cold", "many", "plain", {}), length: "very long" },
  noOp("many-no-op", "1,000 small images, nothing to do", "many", "plain", {}),
  { ...cold("large-cold", "two 1 GB layers cold", "large", "plain", { hashingPeer: 1 }), processes: 2 },
  { ...cold("large-cold-tls", "two 1 GB layers cold, TLS", "large", "tls", { peer: 0.9 }), processes: 2 },
  cold("index-cold", "an index of five platforms cold", "index", "plain", {}),
  noOp("index-no-op", "an index of five platforms, nothing to do", "index", "plain", {}),
];
