import { didYouMean } from "../failure/index.ts";
import type { Registry, Target, TargetEntry } from "./config.ts";
import { type Cursor, entries, get, items, need } from "./cursor.ts";
import { asForm, componentForm, platformForm, platformOf } from "./forms.ts";
import { globToTest, isGlob } from "./glob.ts";
import type { Reader } from "./reader.ts";
import type { Entry as RawEntry, Target as RawTarget } from "./schema.gen.ts";
import { readPackages } from "./target-charts.ts";

const FLAT = "${" + "name}:${" + "tag}";

/** An archive stands in for the registries that its images come from: they keep their whole names. */
const ARCHIVE_AS = "${" + "registry}/${" + "path}:${" + "tag}";

/** Reads the targets: which images go to which registry, and under which names. */
export function readTargets(
  raw: Cursor<Readonly<Record<string, RawTarget>>> | undefined,
  reader: Reader,
  registries: ReadonlyMap<string, Registry>,
): ReadonlyMap<string, Target> {
  return new Map(entries(raw).map(([name, cursor]) => [name, readTarget(name, cursor, reader, registries)]));
}

function readTarget(
  name: string,
  cursor: Cursor<RawTarget>,
  reader: Reader,
  registries: ReadonlyMap<string, Registry>,
): Target {
  const registry = reader.named(need(cursor, "registry"), "registries");
  const as = get(cursor, "as");
  const platforms = get(cursor, "platforms");
  const defaults = {
    as: as === undefined ? defaultAs(registries.get(registry)) : readAs(as, reader),
    registry: registries.get(registry),
  };
  const images = need(cursor, "images");
  const lines = linesOf(images, reader, defaults);
  const charts = lines.filter(({ pattern }) => isChart(pattern)).map((line) => readChartLine(line, reader));
  if (lines.length === 0 && cursor.value.charts === undefined) {
    reader.refuse(images, {
      code: "bad-value",
      message: `targets.${name}.images is empty`,
      hint: 'Write for example: images: ["*"], or publish charts with charts: ["*"]',
    });
  }
  return {
    name,
    place: reader.keyPlace(cursor),
    registry,
    entries: readEntries(
      lines.filter(({ pattern }) => !isChart(pattern)),
      reader,
    ),
    charts,
    packages: readPackages(get(cursor, "charts"), reader, { registry: registries.get(registry), charts }),
    platforms:
      platforms === undefined ? undefined : items(platforms).map((item) => platformOf(reader.text(item, platformForm))),
    tags: cursor.value.tags ?? "immutable",
    signatures: cursor.value.signatures ?? "copy",
    foreignLayers: cursor.value.foreignLayers ?? "skip",
    scanned: readScanned(get(cursor, "scanned"), reader, registries.get(registry)),
  };
}

const defaultAs = (registry: Registry | undefined): string => (registry?.type === "archive" ? ARCHIVE_AS : FLAT);

function readScanned(
  cursor: Cursor<NonNullable<RawTarget["scanned"]>> | undefined,
  reader: Reader,
  registry: Registry | undefined,
): Target["scanned"] {
  if (cursor === undefined) return undefined;
  const scans = registry === undefined || registry.type === "harbor" || registry.type === "quay";
  if (!scans) {
    reader.refuseKey(cursor, {
      code: "bad-value",
      message: `The registry ${registry.name} is of type ${registry.type}, whose scans mirror cannot read`,
      hint: "Remove scanned, or publish to a registry of type quay or harbor",
    });
  }
  if (registry?.type === "quay" && registry.token === undefined) {
    const message = `Quay's API, which knows of scans, wants a token, and the registry ${registry.name} has none`;
    reader.refuseKey(cursor, {
      code: "missing-token",
      message,
      hint: "Add token: ${" + "env:QUAY_TOKEN} to the registry",
    });
  }
  return { max: cursor.value.max, place: reader.keyPlace(cursor) };
}

interface Defaults {
  readonly as: string;
  /** Undefined where there is none of its name, which is told. */
  readonly registry: Registry | undefined;
}

/** What a list or map of images says of one name or glob. */
interface Line {
  readonly pattern: string;
  readonly cursor: Cursor<unknown>;
  readonly entry: Omit<TargetEntry, "image">;
}

/** `flat` is the rule of scripts that take the last part of a name: a word, as it is so common. */
function readAs(cursor: Cursor<string>, reader: Reader): string {
  const as = reader.template(cursor, asForm);
  return as === "flat" ? FLAT : as;
}

/** One entry for each image, in the order of the file; a line that names an image goes before one that globs it. */
function readEntries(lines: readonly Line[], reader: Reader): TargetEntry[] {
  const found = new Map<string, TargetEntry>();
  for (const { pattern, entry } of lines) if (!isGlob(pattern)) found.set(pattern, { image: pattern, ...entry });
  const named = new Set(found.keys());
  const ordered = new Map<string, TargetEntry>();
  for (const { pattern, cursor, entry } of lines) {
    for (const image of matchesOf(pattern, cursor, reader)) {
      if (isGlob(pattern) && (named.has(image) || ordered.has(image))) continue;
      ordered.set(image, { image, ...entry });
    }
  }
  return [...ordered.values()];
}

const CHART = "chart:";
const isChart = (pattern: string): boolean => pattern.startsWith(CHART);

function readChartLine({ pattern, cursor, entry }: Line, reader: Reader): Target["charts"][number] {
  const chart = pattern.slice(CHART.length);
  reader.expectName(cursor, chart, "charts");
  return { chart, place: entry.place, as: entry.as };
}

function linesOf({ value, path }: Cursor<RawTarget["images"]>, reader: Reader, defaults: Defaults): Line[] {
  if (Array.isArray(value)) {
    return items({ value: value as readonly string[], path }).map((cursor) => {
      const entry = { as: defaults.as, place: reader.place(cursor), component: undefined };
      refuseMissingComponent(cursor, cursor.value, reader, defaults);
      return { pattern: reader.text(cursor), cursor, entry };
    });
  }
  return entries({ value: value as Readonly<Record<string, RawEntry>>, path }).map(([pattern, cursor]) => ({
    pattern,
    cursor,
    entry: readEntry(pattern, cursor, reader, defaults),
  }));
}

function readEntry(
  pattern: string,
  { value, path }: Cursor<RawEntry>,
  reader: Reader,
  defaults: Defaults,
): Omit<TargetEntry, "image"> {
  const place = reader.keyPlace({ value, path });
  if (typeof value === "string") {
    refuseMissingComponent({ value, path }, pattern, reader, defaults);
    return { as: readAs({ value, path }, reader), place, component: undefined };
  }
  const cursor = { value, path };
  const [as, component] = [get(cursor, "as"), get(cursor, "component")];
  if (component === undefined) refuseMissingComponent(cursor, pattern, reader, defaults);
  return {
    as: as === undefined ? defaults.as : readAs(as, reader),
    place,
    component: component === undefined ? undefined : readComponent(component, reader, defaults.registry),
  };
}

/** Reads Red Hat's id of a component, which has no meaning at other registries. */
export function readComponent(cursor: Cursor<string>, reader: Reader, registry: Registry | undefined): string {
  if (registry !== undefined && registry.type !== "rhcr") {
    const message = `The registry ${registry.name} is of type ${registry.type}, which knows no components`;
    reader.refuseKey(cursor, {
      code: "bad-value",
      message,
      hint: "Remove the component, or publish to one of type rhcr",
    });
  }
  return reader.text(cursor, componentForm);
}

function refuseMissingComponent(cursor: Cursor<unknown>, image: string, reader: Reader, { registry }: Defaults): void {
  if (registry?.type === "rhcr") reader.refuseKey(cursor, missingComponent(image, registry));
}

/** What to say where an image goes to Red Hat without a component. */
export function missingComponent(image: string, registry: Registry) {
  return {
    code: "missing-component",
    message: `The image ${image} needs a component, as the registry ${registry.name} is of type rhcr`,
    hint: `Write ${image}: { as: ${image}, component: 24 hex digits }`,
  };
}

function matchesOf(pattern: string, cursor: Cursor<unknown>, reader: Reader): readonly string[] {
  const { images } = reader.names;
  if (images === undefined || pattern === "") return [];
  if (images.has(pattern)) return [pattern];
  const at = { value: undefined, path: cursor.path };
  if (isGlob(pattern)) {
    const found = [...images].filter(globToTest(pattern));
    const hint = didYouMean(pattern.replace(/[*?{},]/g, ""), images) ?? "Declare images under images";
    if (found.length === 0) refuse(`No image matches "${pattern}"`, hint);
    return found;
  }
  const hint = images.size === 0 ? "Declare it under images" : didYouMean(pattern, images);
  refuse(`There is no image "${pattern}"`, hint);
  return [];

  function refuse(message: string, hint: string | undefined): void {
    // In a map the image is the key, in a list the value; the key of an item is the item.
    reader.refuseKey(at, { code: "unknown-image", message, hint });
  }
}
