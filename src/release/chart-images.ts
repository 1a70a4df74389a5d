import type { Finding } from "../charts/find/index.ts";
import { asNodeId, type NodeId, type Outcome } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import type { RenderedChart } from "./find-in-chart.ts";

/** What became of a chart: the images of its rendered manifests, or why it could not be rendered. */
export type ChartResolution =
  | (Omit<RenderedChart, "findings" | "content"> & {
      readonly kind: "rendered";
      /** Undefined for one that is taken from a lock: it was not opened. */
      readonly content: RenderedChart["content"] | undefined;
      /** Those that are images for sure, or that their registry has. */
      readonly images: readonly Finding[];
      readonly ignored: number;
      /** `2 new, 1 gone since 0.6.2`, where the lock has other images of it. */
      readonly change?: string;
    })
  | { readonly kind: "unrendered"; readonly failure: Failure };

/** By the name of the chart in the config. */
export type ChartImages = ReadonlyMap<string, ChartResolution>;

/** The node that stands for a chart. */
export const chartNode = (chart: string): NodeId => asNodeId(`chart:${chart}`);

/** How the node of a chart ended. */
export function outcomeOfChart(resolution: ChartResolution): Outcome {
  if (resolution.kind === "unrendered") {
    const { failure } = resolution;
    return failure.class === "cancelled" ? { kind: "cancelled" } : { kind: "failed", failure };
  }
  const { images, ignored, change } = resolution;
  const left = ignored === 0 ? "" : `, ${ignored} ignored`;
  const summary = `version ${versionOf(resolution)}: ${images.length} images${left}${change === undefined ? "" : `, ${change}`}`;
  return { kind: "done", effect: "none", summary, bytes: 0 };
}

/** The version of a chart with what was pinned for it: `0.6.3 (mlrun-ce-0.6.3, 1a2b3c4d5e6f)`. */
export function versionOf({
  from,
  version,
  ref,
  commit,
}: Pick<RenderedChart, "from" | "version" | "ref" | "commit">): string {
  const repository = from.kind === "repository" ? from.repository : undefined;
  const at = [repository, ref, commit?.slice(0, 12)].filter((part) => part !== undefined).join(", ");
  return `${version}${at === "" ? "" : ` (${at})`}`;
}
