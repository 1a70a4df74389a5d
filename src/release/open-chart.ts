import { join } from "node:path";
import { unpackChart, vendorDependencies } from "../charts/dependencies/index.ts";
import type { Variation } from "../charts/relocate/index.ts";
import { type Rendered, renderChart } from "../charts/render/index.ts";
import type { Chart, Config } from "../config/index.ts";
import { proxiesIn } from "../oci/index.ts";
import type { Connections } from "../registries/index.ts";
import type { OpenedSource } from "../sources/index.ts";
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
  /** The file of a chart that its source has packed. */
  readonly archive: string | undefined;
}

/** A declared chart with all that it depends on, at the pin of its source. */
export interface OpenChart {
  readonly declared: Chart;
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
 * Pins the source of a declared chart and gets what it depends on. Throws `Failed` or `FailedTogether` with codes
 * `git/…`, `versions/…`, `charts/…` and `registry/…`.
 */
export async function openChart(config: Config, name: string, options: OpenChartOptions): Promise<OpenChart> {
  const { connections, env, network, signal } = options;
  const chart = config.charts.get(name);
  const source = config.sources.get(chart?.source ?? "");
  if (chart === undefined || source === undefined) throw new Error(`no chart ${name}`);
  const cache = join(config.folder, ".mirror", "charts");
  const opened = await options.sources.open(source.name);
  const path = join(opened.folder, chart.path);
  const archive = /\.t(?:ar\.)?gz$/.test(path) ? path : undefined;
  const unpacked = archive === undefined ? undefined : await unpackChart(archive, opened.folder, cache);
  const { folder, version } = await vendorDependencies({
    chartFolder: unpacked ?? path,
    within: unpacked ?? opened.folder,
    repositories: config.chartRepositories,
    cache,
    update: chart.dependencies,
    network,
    registryFor: connections.source,
    credentials: ({ host, pathname }) => connections.credentials(host, pathname.slice(1)),
    http: { proxies: proxiesIn(env) },
    signal,
  });
  const render: OpenChart["render"] = (variation) => renderAs(chart, folder, variation, options);
  return { declared: chart, content: { folder, archive }, version, ...pinOf(opened), render };
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

const pinOf = ({ commit, ref }: OpenedSource) => ({ commit, ref });
