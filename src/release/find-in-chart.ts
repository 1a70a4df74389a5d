import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chartValues, vendorDependencies } from "../charts/dependencies/index.ts";
import { type Findings, findImages, type SourceText } from "../charts/find/index.ts";
import { type Rendered, renderChart } from "../charts/render/index.ts";
import { type Chart, type Config, globToTest } from "../config/index.ts";
import type { Connections } from "../registries/index.ts";
import { type OpenedSource, openSource } from "../sources/index.ts";
import { originOf } from "./source-origin.ts";
import { wentPast } from "./went-past.ts";

export interface FindInChartOptions {
  readonly connections: Connections;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** `offline` asks neither git nor chart repositories: what is not in the cache cannot be had. */
  readonly network: "online" | "offline";
}

/** A chart as it was rendered. */
export interface RenderedChart {
  readonly version: string;
  /** Undefined for a folder that is in no git repository. */
  readonly commit: string | undefined;
  /** The tag or branch that was chosen. */
  readonly ref: string | undefined;
  /** Its images; among the warnings is what was wrong and gone past. */
  readonly findings: Findings;
}

/**
 * Pins the source of a declared chart, gets what it depends on, renders it and finds the images. Throws `Failed` or
 * `FailedTogether` with codes `git/…`, `versions/…`, `charts/…` and `registry/…`.
 */
export async function findInChart(config: Config, name: string, options: FindInChartOptions): Promise<RenderedChart> {
  const { connections, env, network, signal } = options;
  const chart = config.charts.get(name);
  const source = config.sources.get(chart?.source ?? "");
  if (chart === undefined || source === undefined) throw new Error(`no chart ${name}`);
  const cache = join(config.folder, ".mirror");
  const opened = await openSource(originOf(source), { cache: join(cache, "sources"), network, env, signal });
  const vendored = await vendorDependencies({
    chartFolder: join(opened.folder, chart.path),
    within: opened.folder,
    repositories: config.chartRepositories,
    cache: join(cache, "charts"),
    update: chart.dependencies,
    network,
    registryFor: connections.source,
    signal,
  });
  const rendered = await render(chart, vendored.folder, options);
  const found = await findIn(chart, rendered, await chartValues(vendored.folder));
  const findings = { ...found, warnings: [...wentPast(name, rendered), ...found.warnings] };
  return { version: vendored.version, ...pinOf(opened), findings };
}

function render(chart: Chart, folder: string, { signal, env }: FindInChartOptions): Promise<Rendered> {
  return renderChart(
    {
      chart: folder,
      values: chart.values.map((file) => ({ file })),
      ...setOf(chart),
      releaseName: chart.release,
      namespace: chart.namespace,
      ...(chart.kubeVersion === undefined ? {} : { kubeVersion: chart.kubeVersion }),
      apiVersions: chart.apiVersions,
      crds: "included",
      whenWrong: chart.missing === "report" ? "goes-on" : "fails",
    },
    { engine: chart.engine === "helm" ? "helm" : "built-in", signal, env },
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

const pinOf = ({ commit, ref }: OpenedSource) => ({ commit, ref });
