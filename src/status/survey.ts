import { readBundle } from "../bundle/index.ts";
import type { Bundle, Config, Image, Target } from "../config/index.ts";
import { failureOf } from "../failure/index.ts";
import { type Destination, destinationOf, splitTag, tagOf, withVersions } from "../plan/index.ts";
import { declaredName } from "../release/index.ts";
import { askTarget } from "./ask.ts";
import { chartRow, type PublishedChart } from "./chart-row.ts";
import { findExtra, type Placed } from "./extra.ts";
import { unknown } from "./judge.ts";
import type { Cell, Row, Status } from "./status.ts";
import { type Parts, partsOf } from "./trimmed.ts";
import { type Held, type Outside, type Wanted, wantedOf } from "./wanted.ts";

export interface SurveyOptions extends Held {
  /** What a chart is published as. */
  readonly packageOf: (chart: string) => Promise<PublishedChart>;
  /** The images that are looked at. */
  readonly isSelected: (name: string) => boolean;
  /** The columns. */
  readonly targets: readonly string[];
  /** Whether tags are looked for that the release does not know. */
  readonly extra: "look" | "leave";
  /** By image, what the product references; undefined where nobody looked. */
  readonly referenced: ReadonlyMap<string, readonly string[]> | undefined;
  /** Whether upstream is asked where its tags stand now; it is unless said otherwise. */
  readonly upstream?: "ask" | "leave";
}

/** Looks at every target how each image of the release stands there, all at once. Rejects only where it was interrupted. */
export async function survey(declared: Config, options: SurveyOptions): Promise<Status> {
  const { config, placed } = await surveyPlaced(declared, options);
  return {
    targets: options.targets,
    rows: placed.map(({ row }) => row),
    extra:
      options.extra === "look"
        ? await findExtra(
            config,
            placed.flatMap((one) => one.placed),
            options,
          )
        : undefined,
  };
}

/** The rows of a survey with the names that the images have at the targets. */
export async function surveyPlaced(declared: Config, options: SurveyOptions): Promise<Placement> {
  const published = new Set(
    options.targets.flatMap((name) => declared.targets.get(name)?.entries.map(({ image }) => image) ?? []),
  );
  const selected = [...declared.images.keys()].filter((name) => options.isSelected(name) && published.has(name));
  const wanted = await wantedOf(declared, selected, options);
  const config = withVersions(declared, wanted.pins);
  const targets = options.targets.flatMap((name) => config.targets.get(name) ?? []);
  const names = [...config.images.keys()].filter((name) => selected.includes(declaredName(name)));
  const asking = { config, targets, wanted, options, parts: partsOnce(wanted, options) };
  const images = names.flatMap((name) => config.images.get(name) ?? []).map((image) => rowOf(image, asking));
  const bundles = [...config.bundles.values()]
    .filter(({ name, to }) => options.isSelected(name) && options.targets.includes(to.target))
    .map((bundle) => bundleRow(bundle, asking));
  const charts = [...new Set(targets.flatMap(({ packages }) => packages.map(({ chart }) => chart)))]
    .filter((chart) => options.isSelected(`chart:${chart}`))
    .map((chart) => chartRow(chart, config, targets, options));
  const rows = await Promise.all([Promise.all(bundles), Promise.all(charts), Promise.all(images)]);
  return { config, placed: rows.flat() };
}

interface Asking {
  readonly config: Config;
  readonly targets: readonly Target[];
  readonly wanted: Wanted;
  readonly options: SurveyOptions;
  readonly parts: (image: Image) => Promise<Parts>;
}

const NOT_ASKED = Promise.resolve({ kind: "unknown" } as const);

/** What was surveyed: rows, and the config with an image for each version that a rule chose. */
export interface Placement {
  readonly config: Config;
  readonly placed: readonly PlacedRow[];
}

interface PlacedRow {
  readonly row: Row;
  readonly placed: readonly Placed[];
}

async function rowOf(image: Image, { config, targets, wanted, options, parts }: Asking): Promise<PlacedRow> {
  const { name, origin, hold, signatures } = image;
  const pin = origin.kind === "build" ? undefined : wanted.pins.get(name);
  const upstream = wanted.upstream.get(name) ?? NOT_ASKED;
  const placed: Placed[] = [];
  const cells = targets.map(async (target): Promise<readonly [string, Cell]> => {
    const entry = target.entries.find((one) => one.image === name);
    if (entry === undefined) return [target.name, { state: "absent" }];
    const destination = destinationOf(config, target.registry, entry, wanted.pins);
    placed.push({ target: target.name, destination });
    const requires = (signatures ?? target.signatures) === "require" ? "signature" : "nothing";
    const question = { kind: "image", target, destination, pin, upstream, requires } as const;
    return [target.name, await askTarget(config, { ...question, parts: () => parts(image) }, options)];
  });
  const row: Row = {
    kind: "image",
    name,
    version: tagOf(image, wanted.pins),
    digest: pin?.kind === "pinned" ? pin.pin.digest : undefined,
    upstream: await upstream,
    referenced: referencedOf(name, wanted, options),
    hold,
    cells: new Map(await Promise.all(cells)),
  };
  return { row, placed };
}

/** Where a rule chose several versions, each has those that are written of it, and those that are none of them. */
function referencedOf(name: string, { pins }: Wanted, { referenced }: SurveyOptions): readonly string[] | undefined {
  if (referenced === undefined) return undefined;
  const key = declaredName(name);
  const others = [...pins.values()].flatMap((one) =>
    one.kind === "pinned" && one.pin.image !== name && declaredName(one.pin.image) === key ? [one.pin.tag] : [],
  );
  return (referenced.get(key) ?? []).filter((version) => !others.includes(version));
}

async function bundleRow(bundle: Bundle, { config, targets, options }: Asking): Promise<PlacedRow> {
  const target = targets.find(({ name }) => name === bundle.to.target);
  if (target === undefined) throw new Error(`no target ${bundle.to.target}`);
  const row = {
    kind: "bundle",
    name: bundle.name,
    digest: undefined,
    upstream: { kind: "unknown" },
    referenced: options.referenced === undefined ? undefined : [],
    hold: undefined,
  } as const;
  const cellsWith = (cell: Cell): ReadonlyMap<string, Cell> =>
    new Map(targets.map(({ name }) => [name, name === target.name ? cell : { state: "absent" }]));
  try {
    const destination = await bundleDestination(bundle, target);
    const asked = { kind: "bundle", pin: undefined, upstream: NOT_ASKED, requires: "nothing" } as const;
    const question = { ...asked, target, destination };
    const cell = await askTarget(config, { ...question, parts: async () => new Map() }, options);
    const placed = [{ target: target.name, destination }];
    return { row: { ...row, version: destination.tag, cells: cellsWith(cell) }, placed };
  } catch (thrown) {
    if (options.signal.aborted) throw thrown;
    return { row: { ...row, version: undefined, cells: cellsWith(unknown(failureOf(thrown))) }, placed: [] };
  }
}

/** A bundle without a tag of its own gets the version of its ClusterServiceVersion. */
async function bundleDestination({ to, manifests, metadata, version }: Bundle, target: Target): Promise<Destination> {
  const { path, tag } = splitTag(to.as);
  const base = { registry: target.registry, path, component: to.component };
  if (tag !== undefined) return { ...base, tag };
  return { ...base, tag: version ?? (await readBundle({ manifests, metadata })).csv.version };
}

/** Of an image whose platforms the lock does not have, its index is asked for once, wherever it is needed. */
function partsOnce(wanted: Wanted, { connections, signal }: Outside): Asking["parts"] {
  const known = new Map<string, Promise<Parts>>();
  const load = async ({ name, origin }: Image): Promise<Parts> => {
    const locked = wanted.parts.get(name);
    const pin = wanted.pins.get(name);
    if (locked !== undefined && locked.size > 0) return locked;
    if (origin.kind === "build" || pin?.kind !== "pinned") return new Map();
    const { registry, repository } = await connections.source(origin.host, origin.repository);
    return partsOf(await registry.getManifest(repository, pin.pin.digest, signal));
  };
  return (image) => {
    const parts = known.get(image.name) ?? load(image);
    known.set(image.name, parts);
    return parts;
  };
}
