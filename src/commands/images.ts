import { confirm, type Findings, flagCollisions, isConfirmed, mergeFindings } from "../charts/find/index.ts";
import type { Config } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import { sharedNames, withCharts } from "../plan/index.ts";
import {
  type ChartImages,
  createSources,
  findInChart,
  type RenderedChart,
  UNLOCKED,
  versionOf,
} from "../release/index.ts";
import { colorFor, renderFailure, renderImages, renderWhy } from "../report/index.ts";
import { type Asking, openAsking } from "./asking.ts";
import { type ChartChanges, chartChanges, renderChanges } from "./chart-changes.ts";
import type { Arguments, Host } from "./command.ts";
import { findInManifests } from "./manifests.ts";
import { whatToRead } from "./what-to-read.ts";

/** Charts by their names in the config, as they were rendered. */
type Charts = ReadonlyMap<string, RenderedChart>;

const NO_CHANGES: ChartChanges = { since: new Map(), disagreements: [] };

/** `mirror images`: every image that charts and manifests name. Gives 2 where some of them could not be read. */
export async function images(host: Host, args: Arguments): Promise<number> {
  const { config, charts, files } = await whatToRead(host, args);
  const asking = openAsking(host, config);
  try {
    const rendered = await renderAll(host, args, { config, charts, asking });
    const groups = [...rendered.values()].map(({ findings }) => findings);
    if (files.length > 0) groups.push(await findInManifests(host, files, args.values.get("values") ?? []));
    const merged = mergeFindings(groups);
    const flagged = config === undefined ? merged : withCollisions(merged, config, rendered);
    const findings = args.flags.has("confirm") ? await confirmed(flagged, asking) : flagged;
    const changes = config === undefined ? NO_CHANGES : await chartChanges(host, config, rendered, findings);
    print(host, args, { findings, charts: rendered, changes });
    const disagrees = args.flags.has("frozen") && changes.disagreements.length > 0;
    if (disagrees) for (const failure of changes.disagreements) tell(host, args, failure, "error");
    return findings.unread.length > 0 || disagrees ? 2 : 0;
  } finally {
    await asking.close();
  }
}

interface Rendering {
  readonly config: Config | undefined;
  readonly charts: readonly string[];
  readonly asking: Asking;
}

async function renderAll(host: Host, args: Arguments, { config, charts, asking }: Rendering): Promise<Charts> {
  const rendered = new Map<string, RenderedChart>();
  if (config === undefined) return rendered;
  const network = args.flags.has("offline") ? "offline" : "online";
  // What the rules choose now, not what the lock has: the two are compared.
  const sources = createSources(config, { locking: UNLOCKED, env: host.env, signal: host.stopping, network });
  const { connections } = asking;
  const options = { connections, sources, env: host.env, signal: host.stopping, network } as const;
  for (const chart of charts) rendered.set(chart, await findInChart(config, chart, options));
  return rendered;
}

/** Names are those that a run would give if all candidates were images. */
function withCollisions(findings: Findings, config: Config, charts: Charts): Findings {
  const asInRun: ChartImages = new Map(
    [...charts].map(([name, { findings: found, ...chart }]) => [
      name,
      { kind: "rendered", ...chart, images: found.images, ignored: found.ignored.length },
    ]),
  );
  return { ...findings, images: flagCollisions(findings.images, sharedNames(withCharts(config, asInRun))) };
}

async function confirmed(findings: Findings, asking: Asking): Promise<Findings> {
  const images = await confirm(findings.images, asking.head);
  return { ...findings, images, warnings: [...findings.warnings, ...asking.silent()] };
}

/** What there is to say. */
interface Outcome {
  readonly findings: Findings;
  readonly charts: Charts;
  readonly changes: ChartChanges;
}

function print(host: Host, args: Arguments, outcome: Outcome): void {
  const { findings, changes } = outcome;
  host.out.write(textOf(host, args, outcome));
  if (args.flags.has("json")) return;
  for (const failure of findings.unread) tell(host, args, failure, "error");
  for (const failure of findings.warnings) tell(host, args, failure, "warning");
  if (!args.flags.has("plain")) return;
  host.err.write(renderChanges(changes.since));
  tellOfCandidates(host, findings);
}

function textOf(host: Host, args: Arguments, { findings, charts: rendered, changes: { since } }: Outcome): string {
  if (args.flags.has("json")) {
    const charts = [...rendered].map(([name, { version, ref, commit }]) => {
      return { name, version, ref, commit, change: since.get(name) };
    });
    return `${JSON.stringify({ ...findings, charts }, undefined, 2)}\n`;
  }
  if (args.flags.has("plain")) {
    return findings.images
      .filter(isConfirmed)
      .map(({ reference }) => `${reference}\n`)
      .join("");
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  const width = host.out.isTTY ? host.out.columns : undefined;
  const titles = [...rendered].map(([name, chart]) => `${name} ${versionOf(chart)}\n`).join("");
  const list = args.flags.has("why") ? renderWhy(findings, { color, width }) : renderImages(findings, { color, width });
  return [titles, list, renderChanges(since)].filter((part) => part !== "").join("\n");
}

function tell(host: Host, args: Arguments, failure: Failure, severity: "error" | "warning"): void {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  host.err.write(`${renderFailure(failure, { color, severity })}\n`);
}

/** A list for other programs is short of what nobody has confirmed: a person should know. */
function tellOfCandidates(host: Host, { images }: Findings): void {
  const left = images.filter((finding) => !isConfirmed(finding)).length;
  if (left > 0) host.err.write(`candidates left out: ${left}; mirror images shows them, --confirm asks registries\n`);
}
