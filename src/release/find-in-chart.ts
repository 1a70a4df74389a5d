import { readFile } from "node:fs/promises";
import { chartValues } from "../charts/dependencies/index.ts";
import { type Findings, findImages, type SourceText } from "../charts/find/index.ts";
import { type Rendered, warmUpEngine } from "../charts/render/index.ts";
import { type Chart, type Config, globToTest } from "../config/index.ts";
import type { LockedChart } from "./lock/index.ts";
import { type ChartContent, type OpenChartOptions, openChart } from "./open-chart.ts";
import { wentPast } from "./went-past.ts";

/** A chart as it was rendered. */
export interface RenderedChart {
  readonly from: LockedChart["from"];
  readonly version: string;
  /** Undefined for a folder that is in no git repository. */
  readonly commit: string | undefined;
  /** The tag or branch that was chosen. */
  readonly ref: string | undefined;
  readonly content: ChartContent;
  /** Its images; among the warnings is what was wrong and gone past. */
  readonly findings: Findings;
}

/**
 * Pins the source of a declared chart, gets what it depends on, renders it and finds the images. Throws `Failed` or
 * `FailedTogether` with codes `git/…`, `versions/…`, `charts/…` and `registry/…`.
 */
export async function findInChart(config: Config, name: string, options: OpenChartOptions): Promise<RenderedChart> {
  // Decompressing and compiling takes as long as a fetch: both at once.
  if (config.charts.get(name)?.engine !== "helm") warmUpEngine();
  const { declared, from, content, version, commit, ref, render } = await openChart(config, name, options);
  const rendered = await render();
  const found = await findIn(declared, rendered, await chartValues(content.folder));
  const findings = { ...found, warnings: [...wentPast(name, rendered), ...found.warnings] };
  return { from, version, commit, ref, content, findings };
}

async function findIn(chart: Chart, { documents }: Rendered, own: readonly SourceText[]): Promise<Findings> {
  const given = await Promise.all(
    chart.values.map(async (source) => ({ source, text: await readFile(source, "utf8") })),
  );
  return findImages(
    documents.map(({ source, text }) => ({ source, text })),
    {
      add: chart.add.map((image) => ({ image, why: "added by the config" })),
      ignore: chart.ignore.map((rule) => ({ ...rule, covers: globToTest(rule.image) })),
      values: [...own, ...given],
    },
  );
}
