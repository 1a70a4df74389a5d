import type { Chart, Config, Image, Target, TargetEntry } from "../config/index.ts";
import { parseReference, type Reference } from "../oci/index.ts";
import type { ChartImages } from "../release/index.ts";

/**
 * The config with the images of its rendered charts in it, as if a person had declared them: each under the last part
 * of its repository, with its tag where that is not enough to tell images apart. A chart that could not be rendered
 * stays with its targets, which then wait for it in vain.
 */
export function withCharts(config: Config, charts: ChartImages): Config {
  if (charts.size === 0) return config;
  const images = new Map(config.images);
  const named = new Map<string, readonly string[]>();
  for (const [name, resolution] of charts) {
    const chart = config.charts.get(name);
    if (resolution.kind === "unrendered" || chart === undefined) continue;
    const references = resolution.images.map(({ reference }) => parseReference(reference));
    named.set(name, declare(chart, references, images));
  }
  const targets = new Map([...config.targets].map(([name, target]) => [name, withEntries(target, named)]));
  return { ...config, images, targets };
}

/** Adds the images of a chart that are not declared yet, and gives the names of all. */
function declare(chart: Chart, references: readonly Reference[], images: Map<string, Image>): readonly string[] {
  const known = new Map([...images.values()].flatMap((image) => identities(image).map((id) => [id, image.name])));
  return references.map((reference) => {
    const id = identity(reference);
    const name = known.get(id) ?? freeName(reference, references, images);
    if (!known.has(id)) {
      known.set(id, name);
      images.set(name, imageOf(name, reference, chart));
    }
    return name;
  });
}

const identity = ({ host, repository, tag, digest }: Reference): string =>
  `${host}/${repository} ${digest ?? tag ?? "latest"}`;

/** What a declared image is known by; a rule only tells when it is resolved. */
function identities({ origin, version }: Image): string[] {
  if (origin.kind === "build" || (version.kind !== "digest" && version.kind !== "tag")) return [];
  return [`${origin.host}/${origin.repository} ${version.kind === "digest" ? version.digest : version.tag}`];
}

/** The shortest name that no other image has, whatever their order: its last part, with its version, or all of it. */
function freeName(reference: Reference, all: readonly Reference[], taken: ReadonlyMap<string, Image>): string {
  for (const form of [lastPart, lastPartAndVersion]) {
    const name = form(reference);
    if (!taken.has(name) && all.filter((other) => form(other) === name).length === 1) return name;
  }
  const { host, repository } = reference;
  return `${host}-${repository}-${versionOf(reference)}`.replace(/[^A-Za-z0-9._-]/g, "-");
}

const lastPart = ({ repository }: Reference): string => repository.slice(repository.lastIndexOf("/") + 1);
const versionOf = ({ tag, digest }: Reference): string => tag ?? digest?.slice(7, 19) ?? "latest";
const lastPartAndVersion = (reference: Reference): string => `${lastPart(reference)}-${versionOf(reference)}`;

function imageOf(name: string, { host, repository, tag, digest }: Reference, chart: Chart): Image {
  const version =
    digest === undefined
      ? ({ kind: "tag", tag: tag ?? "latest" } as const)
      : ({ kind: "digest", digest, tag } as const);
  return {
    name,
    place: chart.place,
    origin: { kind: "upstream", host, repository },
    version,
    hold: undefined,
    signatures: undefined,
    foreignLayers: undefined,
  };
}

function withEntries(target: Target, named: ReadonlyMap<string, readonly string[]>): Target {
  const declared = new Set(target.entries.map(({ image }) => image));
  const added = new Map<string, TargetEntry>();
  for (const { chart, place, as } of target.charts) {
    for (const image of named.get(chart) ?? []) {
      if (!declared.has(image) && !added.has(image)) added.set(image, { image, place, as, component: undefined });
    }
  }
  return {
    ...target,
    entries: [...target.entries, ...added.values()],
    charts: target.charts.filter(({ chart }) => !named.has(chart)),
  };
}
