import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { vendorDependencies } from "../charts/dependencies/index.ts";
import { confirm, type Findings, findImages, isConfirmed } from "../charts/find/index.ts";
import { type Rendered, renderChart } from "../charts/render/index.ts";
import { type Chart, type Config, globToTest, type Source } from "../config/index.ts";
import type { Emit } from "../engine/index.ts";
import { Failed, failureOf } from "../failure/index.ts";
import type { Reference } from "../oci/index.ts";
import type { Connections } from "../registries/index.ts";
import { type OpenedSource, openSource, type SourceOrigin } from "../sources/index.ts";
import { type ChartImages, type ChartResolution, chartNode, outcomeOfChart } from "./chart-images.ts";

export interface RenderChartsOptions {
  readonly connections: Connections;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * Renders the named charts at the pins of their sources, and finds the images in them: those that are images for
 * sure, and candidates that their registry has. A chart that cannot be rendered is in the result with its failure and
 * does not stop the others. Each is the node `chart:NAME` to those who follow the events.
 */
export async function renderCharts(
  config: Config,
  names: readonly string[],
  options: RenderChartsOptions,
): Promise<ChartImages> {
  const settled = names.map(async (name) => [name, await settle(config, name, options)] as const);
  return new Map(await Promise.all(settled));
}

async function settle(config: Config, name: string, options: RenderChartsOptions): Promise<ChartResolution> {
  const id = chartNode(name);
  const startedAt = performance.now();
  options.emit({ type: "node-started", id, attempt: 1 });
  const resolution = await attempt(config, name, options);
  const durationMs = Math.round(performance.now() - startedAt);
  options.emit({ type: "node-settled", id, outcome: outcomeOfChart(resolution), durationMs });
  return resolution;
}

async function attempt(config: Config, name: string, options: RenderChartsOptions): Promise<ChartResolution> {
  try {
    const chart = config.charts.get(name);
    const source = config.sources.get(chart?.source ?? "");
    if (chart === undefined || source === undefined) throw new Error(`no chart ${name}`);
    return await resolve(config, chart, source, options);
  } catch (thrown) {
    return { kind: "unrendered", failure: failureOf(thrown) };
  }
}

async function resolve(
  config: Config,
  chart: Chart,
  source: Source,
  options: RenderChartsOptions,
): Promise<ChartResolution> {
  const { connections, env, emit, signal } = options;
  const cache = join(config.folder, ".mirror");
  const opened = await openSource(originOf(source), { cache: join(cache, "sources"), network: "online", env, signal });
  const vendored = await vendorDependencies({
    chartFolder: join(opened.folder, chart.path),
    within: opened.folder,
    repositories: config.chartRepositories,
    cache: join(cache, "charts"),
    update: chart.dependencies,
    network: "online",
    registryFor: connections.source,
    signal,
  });
  const rendered = await renderChart(
    {
      chart: vendored.folder,
      values: chart.values.map((file) => ({ file })),
      ...setOf(chart),
      releaseName: chart.release,
      namespace: chart.namespace,
      ...(chart.kubeVersion === undefined ? {} : { kubeVersion: chart.kubeVersion }),
      apiVersions: chart.apiVersions,
      crds: "included",
    },
    { engine: chart.engine === "helm" ? "helm" : "built-in", signal, env },
  );
  const findings = await findIn(chart, rendered);
  for (const failure of [...findings.unread, ...findings.warnings]) emit({ type: "warning", failure });
  return {
    kind: "rendered",
    version: vendored.version,
    ...pinOf(opened),
    ...(await chosen(findings, connections, signal)),
  };
}

function originOf({ origin }: Source): SourceOrigin {
  if (origin.kind === "folder") return { folder: origin.folder };
  const { pin } = origin;
  if (pin.kind !== "version") return { url: origin.url, pin };
  const { range, ...rest } = pin;
  return { url: origin.url, pin: range === undefined ? rest : { ...rest, range } };
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

async function findIn(chart: Chart, { documents }: Rendered): Promise<Findings> {
  const values = chart.values.map(async (file) => ({ source: file, text: await readFile(file, "utf8") }));
  return findImages(
    documents.map(({ source, text }) => ({ source, text })),
    {
      add: chart.add.map((image) => ({ image, why: "added by the config" })),
      ignore: chart.ignore.map((rule) => ({ ...rule, covers: globToTest(rule.image) })),
      values: await Promise.all(values),
    },
  );
}

const pinOf = ({ commit, ref }: OpenedSource) => ({ commit, ref });

/** Sure finds count as they are; of the candidates, those that their registry has. */
async function chosen({ images, ignored }: Findings, connections: Connections, signal: AbortSignal) {
  const sure = images.filter(({ certainty }) => certainty === "sure");
  const candidates = images.filter(({ certainty }) => certainty === "candidate");
  const confirmed = await confirm(candidates, (reference) => ask(reference, connections, signal));
  const all = [...sure, ...confirmed.filter(isConfirmed)];
  return {
    images: all.sort((one, other) => (one.reference < other.reference ? -1 : 1)),
    ignored: ignored.length,
  };
}

async function ask({ host, repository, tag, digest }: Reference, connections: Connections, signal: AbortSignal) {
  try {
    const at = await connections.source(host, repository);
    const head = await at.registry.headManifest(at.repository, digest ?? tag ?? "latest", signal);
    return head === undefined ? "missing" : "there";
  } catch (thrown) {
    if (thrown instanceof Failed && thrown.failure.class !== "cancelled") return "unknown";
    throw thrown;
  }
}
