import type { Finding } from "../charts/find/index.ts";
import type { Config } from "../config/index.ts";
import { type Failure, failureOf } from "../failure/index.ts";
import type { Connections } from "../registries/index.ts";
import type { ChartImages, ChartResolution } from "./chart-images.ts";
import { packed } from "./chart-packages.ts";
import { type Describe, wantedPlatforms } from "./describe.ts";
import type { Lock, LockedChart, LockedImage } from "./lock/index.ts";
import type { Pin, Pins } from "./pins.ts";
import { ruleText } from "./rules/rule-text.ts";
import { declaredName } from "./several.ts";
import type { Sources } from "./sources.ts";

/** What a run has resolved of a config. */
export interface Resolved {
  /** With the images of its charts in it. */
  readonly config: Config;
  readonly charts: ChartImages;
  /** Of the charts those whose images are not in the config, as nobody takes them. */
  readonly onlyPacked: ReadonlySet<string>;
  readonly sources: Sources;
  readonly pins: Pins;
}

export interface RelockOptions {
  readonly connections: Connections;
  readonly describe: Describe;
  /** Told of images whose platforms and sizes could not be had; they are locked without. */
  readonly warn: (failure: Failure) => void;
  readonly signal: AbortSignal;
}

/**
 * The lock after what was resolved: entries of what was not asked for stay, those of what the config no longer
 * declares go. New entries are described by their manifests: one request for each platform that a target takes.
 */
export async function relock(before: Lock, resolved: Resolved, options: RelockOptions): Promise<Lock> {
  const { config, charts, sources } = resolved;
  return {
    sources: merged(before.sources, sources.locked(), (name) => config.sources.get(name)?.origin.kind === "git"),
    charts: merged(before.charts, await lockedCharts(config, charts, options.signal), (name) =>
      config.charts.has(name),
    ),
    images: await lockedImages(before, resolved, options),
  };
}

function merged<Value>(
  before: ReadonlyMap<string, Value>,
  now: ReadonlyMap<string, Value>,
  isDeclared: (name: string) => boolean,
): Map<string, Value> {
  const all = new Map([...before, ...now]);
  return new Map([...all].filter(([name]) => isDeclared(name)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function lockedCharts(
  config: Config,
  charts: ChartImages,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LockedChart>> {
  const locked = new Map<string, LockedChart>();
  for (const [name, resolution] of charts) {
    if (resolution.kind !== "rendered" || !config.charts.has(name)) continue;
    locked.set(name, await lockedChart(resolution, signal));
  }
  return locked;
}

async function lockedChart(
  { from, version, commit, images, content }: Extract<ChartResolution, { readonly kind: "rendered" }>,
  signal: AbortSignal,
): Promise<LockedChart> {
  return {
    from,
    version,
    commit,
    // Whoever publishes it is told why it cannot be packed.
    package: content && (await packed(content, signal).catch(() => undefined))?.from.digest,
    images: images.map((finding) => ({ reference: finding.reference, from: placesOf(finding) })),
  };
}

/** Without lines, which move with every edit: the template and the way through its document. */
const placesOf = ({ places, added }: Finding): readonly string[] => [
  ...(added === undefined ? [] : [added]),
  ...new Set(places.map(({ template, source, path }) => `${template ?? source}: ${path}`)),
];

async function lockedImages(
  before: Lock,
  resolved: Resolved,
  options: RelockOptions,
): Promise<Map<string, LockedImage>> {
  const { config, charts, onlyPacked, pins } = resolved;
  const pinned = [...pins.values()].flatMap((resolution) => (resolution.kind === "pinned" ? [resolution.pin] : []));
  const now = await Promise.all(
    pinned.map(
      async (pin) => [pin.image, await lockedImage(pin, before.images.get(pin.image), resolved, options)] as const,
    ),
  );
  const renewed = new Set(pinned.map(({ image }) => declaredName(image)));
  const kept = [...before.images].filter(([name]) => !renewed.has(declaredName(name)));
  // What is not declared may be an image of a chart that was not rendered this time, or not for its images.
  const rendered = [...config.charts.keys()].every(
    (chart) => charts.get(chart)?.kind === "rendered" && !onlyPacked.has(chart),
  );
  return merged(new Map(kept), new Map(now), (name) => !rendered || config.images.has(declaredName(name)));
}

async function lockedImage(
  pin: Pin,
  before: LockedImage | undefined,
  { config }: Resolved,
  { connections, describe, warn }: RelockOptions,
): Promise<LockedImage> {
  const image = config.images.get(declaredName(pin.image));
  if (image === undefined || image.origin.kind === "build") throw new Error(`no image ${pin.image}`);
  const said = { rule: ruleText(image.version), why: image.version.why ?? image.hold };
  const same = before !== undefined && before.repository === pin.repository && before.digest === pin.digest;
  // What a rule chose from is told anew only where it has chosen something else: no line changes for nothing.
  const from = same && before.tag === pin.tag && before.rule === said.rule ? before.chosenFrom : pin.chosenFrom;
  const wanted = wantedPlatforms(config, pin.image);
  const stands = {
    repository: pin.repository,
    tag: pin.tag,
    digest: pin.digest,
    mediaType: pin.mediaType,
    manifestSize: pin.size,
  };
  if (same && before.size !== undefined) {
    return { ...before, ...stands, ...said, chosenFrom: from };
  }
  try {
    const location = await connections.source(image.origin.host, image.origin.repository);
    const described = await describe(location, pin.digest, wanted);
    return { ...stands, ...said, chosenFrom: from, ...described };
  } catch (thrown) {
    const failure = failureOf(thrown);
    warn({ ...failure, message: `${pin.image} is locked without its platforms: ${failure.message}` });
    return { ...stands, ...said, chosenFrom: from, size: undefined, platforms: new Map() };
  }
}
