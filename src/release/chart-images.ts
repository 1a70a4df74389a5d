import type { Finding } from "../charts/find/index.ts";
import { asNodeId, type NodeId, type Outcome } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";

/** What became of a chart: the images of its rendered manifests, or why it could not be rendered. */
export type ChartResolution =
  | {
      readonly kind: "rendered";
      readonly version: string;
      /** Undefined for a folder that is in no git repository. */
      readonly commit: string | undefined;
      /** The tag or branch that was chosen. */
      readonly ref: string | undefined;
      /** Those that are images for sure, or that their registry has. */
      readonly images: readonly Finding[];
      readonly ignored: number;
    }
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
  const { version, ref, commit, images, ignored } = resolution;
  const at = [ref, commit?.slice(0, 12)].filter((part) => part !== undefined).join(", ");
  const left = ignored === 0 ? "" : `, ${ignored} ignored`;
  const summary = `version ${version}${at === "" ? "" : ` (${at})`}: ${images.length} images${left}`;
  return { kind: "done", effect: "none", summary, bytes: 0 };
}
