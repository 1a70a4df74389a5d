import { vendorDependencies } from "../charts/dependencies/index.ts";
import type { Variation } from "../charts/relocate/index.ts";
import { type Rendered, renderChart } from "../charts/render/index.ts";
import type { Chart, Config } from "../config/index.ts";
import type { Connections } from "../registries/index.ts";
import type { ChartPackage } from "./chart-packages.ts";
import type { LockedChart } from "./lock/index.ts";
import { askingFor, openOrigin } from "./open-origin.ts";
import type { Sources } from "./sources.ts";

export interface OpenChartOptions {
  readonly connections: Connections;
  /** Of the same `network`. */
  readonly sources: Sources;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** `offline` asks neither git nor chart repositories: what is not in the cache cannot be had. */
  readonly network: "online" | "offline";
}

/** What a chart is published as. Nobody may write into it. */
export interface ChartContent {
  /** With all that it depends on. */
  readonly folder: string;
  /** The file of a chart that was packed by others. */
  readonly archive: string | undefined;
  /** Where it comes from a registry: as it stands there. */
  readonly published: ChartPackage | undefined;
}

/** A declared chart with all that it depends on, at the pin of its source. */
export interface OpenChart {
  readonly declared: Chart;
  readonly from: LockedChart["from"];
  readonly content: ChartContent;
  readonly version: string;
  /** Undefined for a folder that is in no git repository. */
  readonly commit: string | undefined;
  /** The tag or branch that was chosen. */
  readonly ref: string | undefined;
  /** Renders it as the config says, or that varied. A variation is rendered by the engine built in. */
  readonly render: (variation?: Variation) => Promise<Rendered>;
}

/**
 * Pins the source of a declared chart, or its version in a repository, and gets what it depends on. Throws `Failed` or `FailedTogether` with codes
 * `git/…`, `versions/…`, `charts/…` and `registry/…`.
 */
export async function openChart(config: Config, name: string, options: OpenChartOptions): Promise<OpenChart> {
  const chart = config.charts.get(name);
  if (chart === undefined) throw new Error(`no chart ${name}`);
  const { from, archive, published, commit, ref, ...at } = await openOrigin(chart, config, options);
  const { folder, version } = await vendorDependencies({
    ...askingFor(config, options),
    chartFolder: at.folder,
    within: at.within,
    update: chart.dependencies,
  });
  const render: OpenChart["render"] = (variation) => renderAs(chart, folder, variation, options);
  return { declared: chart, from, content: { folder, archive, published }, version, commit, ref, render };
}

function renderAs(
  chart: Chart,
  folder: string,
  variation: Variation | undefined,
  { signal, env }: OpenChartOptions,
): Promise<Rendered> {
  const { over, instead, files } = variation ?? {};
  const declared = { values: chart.values.map((file) => ({ file })), ...setOf(chart) };
  return renderChart(
    {
      chart: folder,
      ...(instead === undefined ? declared : { values: [instead] }),
      ...(over === undefined ? {} : { values: [...declared.values, over] }),
      ...(files === undefined ? {} : { overlay: files }),
      releaseName: chart.release,
      namespace: chart.namespace,
      ...(chart.kubeVersion === undefined ? {} : { kubeVersion: chart.kubeVersion }),
      apiVersions: chart.apiVersions,
      crds: "included",
      whenWrong: chart.missing === "report" ? "goes-on" : "fails",
    },
    { engine: chart.engine === "helm" && variation === undefined ? "helm" : "built-in", signal, env },
  );
}

/** Text stays text, as a version such as `1.10` must; commas and backslashes mean something to helm. */
function setOf({ set }: Chart): { set: string[]; setString: string[] } {
  const texts = [...set].filter(([, value]) => typeof value === "string");
  const others = [...set].filter(([, value]) => typeof value !== "string");
  return {
    set: others.map(([path, value]) => `${path}=${value}`),
    setString: texts.map(([path, value]) => `${path}=${String(value).replace(/[\\,]/g, "\\$&")}`),
  };
}
