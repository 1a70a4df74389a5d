import { formatBytes, formatRate, formatRoughly } from "./format.ts";
import type { NodeState } from "./model.ts";

/** What can be said of how far a node is. */
export interface Progress {
  readonly share: number;
  readonly bytes: string;
  /** Empty until it is known. */
  readonly rate: string;
  /** Empty until it is known, and while nothing moves. */
  readonly left: string;
}

/** How far a node is, or undefined where it has said nothing of it. */
export function progressOf(node: NodeState, now: number): Progress | undefined {
  const { bytes, totalBytes } = node;
  if (totalBytes <= 0) return undefined;
  const rate = node.meter.rate(now);
  const left = rate === undefined || rate < 1 ? undefined : ((totalBytes - bytes) / rate) * 1000;
  return {
    share: Math.min(1, bytes / totalBytes),
    bytes: `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`,
    rate: rate === undefined ? "" : formatRate(rate),
    left: left === undefined ? "" : `${formatRoughly(left)} left`,
  };
}

/** `120 MB of 1.2 GB (10 %), 12 MB/s, 1m 30s left`, or nothing where the node has said nothing of it. */
export function progressText(node: NodeState, now: number): string {
  const progress = progressOf(node, now);
  if (progress === undefined) return "";
  const { share, bytes, rate, left } = progress;
  return [`${bytes} (${Math.floor(share * 100)} %)`, rate, left].filter((part) => part !== "").join(", ");
}
