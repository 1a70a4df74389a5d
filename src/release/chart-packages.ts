import { type PackedChart, packArchive, packFolder } from "../charts/package/index.ts";
import type { Config } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import type { Digest, ImageSource } from "../oci/index.ts";
import type { ChartImages } from "./chart-images.ts";
import { type ChartContent, type OpenChartOptions, openChart } from "./open-chart.ts";

/** A chart as it is published. */
export interface ChartPackage {
  /** The chart's version. */
  readonly tag: string;
  readonly from: { readonly source: ImageSource; readonly repository: string; readonly digest: Digest };
}

/** By what a package is known at a target. */
export const packageIdOf = ({ tag, from: { digest } }: ChartPackage) => ({ tag, digest });

/** The package of a declared chart; made, or looked for, once. */
export type OpenPackage = (chart: string) => Promise<ChartPackage>;

/**
 * Packs charts: those that were rendered as they were, others as their sources have them. Throws what opening a chart
 * and packing it throws.
 */
export function packagesOfSources(config: Config, charts: ChartImages, options: OpenChartOptions): OpenPackage {
  const contentOf = async (chart: string): Promise<ChartContent> => {
    const known = charts.get(chart);
    if (known?.kind === "unrendered") throw new Failed(known.failure);
    return known?.content ?? (await openChart(config, chart, options)).content;
  };
  return eachOnce(async (chart) => {
    const { tag, artifact } = await packed(await contentOf(chart), options.signal);
    return { tag, from: { source: artifact, repository: chart, digest: artifact.digest } };
  });
}

/** Packs a chart. Throws what packing throws. */
export const packed = ({ folder, archive }: ChartContent, signal: AbortSignal): Promise<PackedChart> =>
  archive === undefined ? packFolder(folder, signal) : packArchive(archive);

/** Remembers what was opened, and nothing that failed: a node is tried again. */
export function eachOnce(open: OpenPackage): OpenPackage {
  const opened = new Map<string, Promise<ChartPackage>>();
  return (chart) => {
    const one = opened.get(chart) ?? open(chart);
    opened.set(chart, one);
    one.catch(() => opened.delete(chart));
    return one;
  };
}
