import { packArchive, packFolder } from "../charts/package/index.ts";
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
    return packed(await contentOf(chart), options.signal);
  });
}

/** What a chart is published as: as it stands in a registry, or packed. Throws what packing throws. */
export async function packed({ folder, archive, published }: ChartContent, signal: AbortSignal): Promise<ChartPackage> {
  if (published !== undefined) return published;
  const { name, tag, artifact } = await (archive === undefined ? packFolder(folder, signal) : packArchive(archive));
  return { tag, from: { source: artifact, repository: name, digest: artifact.digest } };
}

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
