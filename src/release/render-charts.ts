import { confirm, type Finding, type Findings, isConfirmed } from "../charts/find/index.ts";
import type { Config } from "../config/index.ts";
import type { Emit } from "../engine/index.ts";
import { Failed, type Failure, failureOf } from "../failure/index.ts";
import type { Reference } from "../oci/index.ts";
import type { Connections } from "../registries/index.ts";
import { changeSince, changeText } from "./chart-change.ts";
import { type ChartImages, type ChartResolution, chartNode, outcomeOfChart } from "./chart-images.ts";
import { findInChart } from "./find-in-chart.ts";
import { lockFileOf, readLock } from "./lock/index.ts";
import type { Sources } from "./sources.ts";

export interface RenderChartsOptions {
  readonly connections: Connections;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly sources: Sources;
  /** Charts of which it is known what is in them: they are not rendered. */
  readonly known?: ChartImages;
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
  const resolution = options.known?.get(name) ?? (await attempt(config, name, options));
  const durationMs = Math.round(performance.now() - startedAt);
  options.emit({ type: "node-settled", id, outcome: outcomeOfChart(resolution), durationMs });
  return resolution;
}

async function attempt(config: Config, name: string, options: RenderChartsOptions): Promise<ChartResolution> {
  try {
    const { findings, ...rendered } = await findInChart(config, name, { network: "online", ...options });
    for (const failure of [...findings.unread, ...findings.warnings]) options.emit({ type: "warning", failure });
    const { images, ignored } = await chosen(findings, options.connections, options.signal);
    for (const failure of looseTags(name, images)) options.emit({ type: "warning", failure });
    const change = await changeInLock(config, name, images);
    return { kind: "rendered", ...rendered, images, ignored, ...(change === undefined ? {} : { change }) };
  } catch (thrown) {
    return { kind: "unrendered", failure: failureOf(thrown) };
  }
}

async function changeInLock(config: Config, name: string, images: readonly Finding[]): Promise<string | undefined> {
  const locked = (await readLock(lockFileOf(config.file)))?.lock.charts.get(name);
  return locked === undefined ? undefined : changeText(changeSince(locked, images));
}

/** One warning for the tags of a chart that may mean another image tomorrow, or another than its author thinks. */
function looseTags(chart: string, images: readonly Finding[]): readonly Failure[] {
  const detail = images.flatMap(({ reference, flags }) => flags.map(({ says }) => `${reference}: ${says}`));
  if (detail.length === 0) return [];
  const hint = `Look where they are named: mirror images ${chart} --why; name versions in the chart's values`;
  const message = `Chart ${chart} has ${detail.length === 1 ? "a tag" : `${detail.length} tags`} to look at`;
  return [{ code: "charts/loose-tags", class: "usage", message, hint, detail }];
}

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
