import { didYouMean, type Place } from "../failure/index.ts";
import type { Registry, Target } from "./config.ts";
import { type Cursor, entries, items } from "./cursor.ts";
import { repositoryForm } from "./forms.ts";
import { globToTest, isGlob } from "./glob.ts";
import type { Reader } from "./reader.ts";
import type { Target as RawTarget } from "./schema.gen.ts";

/** A chart that is published itself. */
export interface TargetPackage {
  readonly chart: string;
  readonly place: Place;
  /** Its path below the registry; the tag is the chart's version. */
  readonly as: string;
}

interface Publishing {
  /** Undefined where there is none of its name, which is told. */
  readonly registry: Registry | undefined;
  /** Charts whose images the target takes. */
  readonly charts: Target["charts"];
}

/**
 * Where the package of a chart stands in an archive: beside what is built here, as neither comes from a registry. A
 * path that begins with a slash has no registry before it.
 */
export const packageInArchive = (chart: string): string => `/charts/${chart}`;

/** Reads which charts a target publishes themselves; an archive has those of which it has the images, too. */
export function readPackages(
  raw: Cursor<NonNullable<RawTarget["charts"]>> | undefined,
  reader: Reader,
  { registry, charts }: Publishing,
): readonly TargetPackage[] {
  if (raw !== undefined && registry?.type === "rhcr") {
    const message = `The registry ${registry.name} is of type rhcr, which takes components and no charts`;
    reader.refuseKey(raw, { code: "bad-value", message, hint: "Publish the charts to another target" });
  }
  const isArchive = registry?.type === "archive";
  const named = raw === undefined ? [] : linesOf(raw, reader);
  const along = isArchive ? charts.map(({ chart, place }) => ({ chart, place, as: undefined })) : [];
  const found = new Map<string, TargetPackage>();
  for (const { chart, place, as } of [...named, ...along]) {
    if (!found.has(chart)) found.set(chart, { chart, place, as: as ?? defaultPath(chart, registry) });
  }
  if (isArchive && raw !== undefined) for (const { as } of named) if (as !== undefined) refuseName(raw, reader);
  return [...found.values()];
}

function defaultPath(chart: string, registry: Registry | undefined): string {
  switch (registry?.type) {
    case "archive":
      return packageInArchive(chart);
    // Names there have two parts, and the namespace is the first.
    case "dockerhub":
      return chart;
    default:
      return `charts/${chart}`;
  }
}

interface Line {
  readonly chart: string;
  readonly place: Place;
  readonly as: string | undefined;
}

function linesOf({ value, path }: Cursor<NonNullable<RawTarget["charts"]>>, reader: Reader): Line[] {
  if (Array.isArray(value)) {
    return items({ value: value as readonly string[], path }).flatMap((cursor) => {
      const place = reader.place(cursor);
      return matchesOf(reader.text(cursor), cursor, reader).map((chart) => ({ chart, place, as: undefined }));
    });
  }
  return entries({ value: value as Readonly<Record<string, string>>, path }).map(([chart, cursor]) => {
    reader.expectName(cursor, chart, "charts");
    return { chart, place: reader.keyPlace(cursor), as: reader.text(cursor, repositoryForm) };
  });
}

function matchesOf(pattern: string, cursor: Cursor<string>, reader: Reader): readonly string[] {
  const { charts } = reader.names;
  if (charts === undefined || pattern === "") return [];
  const found = charts.has(pattern) ? [pattern] : isGlob(pattern) ? [...charts].filter(globToTest(pattern)) : [];
  if (found.length > 0) return found;
  reader.refuse(cursor, {
    code: "unknown-chart",
    message: isGlob(pattern) ? `No chart matches "${pattern}"` : `There is no chart "${pattern}"`,
    hint: didYouMean(pattern, charts) ?? "Declare it under charts",
  });
  return [];
}

function refuseName(raw: Cursor<unknown>, reader: Reader): void {
  reader.refuseKey(raw, {
    code: "bad-value",
    message: "In an archive a chart is where every target finds it, and gets no name of its own",
    hint: "Write the charts as a list",
  });
}
