import { Failed, unreachable } from "../../failure/index.ts";
import { chartBeside } from "./beside.ts";
import type { Carried } from "./carried.ts";
import type { Requirement } from "./chart-files.ts";
import { type Constraint, newestOf } from "./constraint.ts";
import { unknownVersion } from "./failures.ts";
import type { Place, Redirects } from "./redirects.ts";
import type { ChartRepository, FetchedChart } from "./repository.ts";

/** Where the dependencies of a chart may come from. */
export interface Supply {
  readonly repositoryAt: (place: Extract<Place, { kind: "http" | "oci" | "folder" }>) => ChartRepository;
  readonly redirects: Redirects;
  readonly update: "lock" | "newest";
  /** No file from outside this folder becomes part of the chart. */
  readonly within: string;
}

export interface Question {
  readonly requirement: Requirement;
  readonly constraint: Constraint;
  /** The chart that needs it. */
  readonly folder: string;
  readonly carried: readonly Carried[];
}

/** Where a dependency comes from. */
export type Settlement = { readonly requirement: Requirement; readonly version: string } & (
  | { readonly kind: "carried"; readonly carried: Carried }
  | ({ readonly kind: "archive" } & Omit<Extract<FetchedChart, { kind: "archive" }>, "kind">)
  | { readonly kind: "folder"; readonly folder: string; readonly within: string }
);

/**
 * Settles where a dependency comes from, and fetches it where that is elsewhere. Throws `Failed` (`charts/not-carried`,
 * `charts/not-beside`, `charts/unknown-version`, and what repositories throw).
 */
export async function settle(question: Question, supply: Supply): Promise<Settlement> {
  const { requirement, constraint, carried } = question;
  const standing = carried.find(({ name, version }) => name === requirement.name && constraint.admits(version));
  const kept = standing && ({ kind: "carried", requirement, carried: standing, version: standing.version } as const);
  const place = supply.redirects.placeOf(requirement.repository, requirement.name);
  switch (place.kind) {
    case "carried":
      if (kept === undefined) throw notCarried(question);
      return kept;
    case "beside": {
      // A packed chart carries what stood beside its source.
      const beside = (await settleBeside(question, place.path, supply.within)) ?? kept;
      if (beside === undefined) throw notBeside(question);
      return beside;
    }
    case "http":
    case "oci":
    case "folder":
      if (kept !== undefined && supply.update === "lock") return kept;
      return fetchFrom(supply.repositoryAt(place), requirement, constraint);
    default:
      return unreachable(place);
  }
}

async function settleBeside(question: Question, path: string, within: string): Promise<Settlement | undefined> {
  const { requirement, constraint, folder } = question;
  const beside = await chartBeside(folder, path, within, requirement.name);
  if (beside === undefined) return undefined;
  if (constraint.admits(beside.version)) return { kind: "folder", requirement, within, ...beside };
  throw unknownVersion(requirement.repository, requirement.name, requirement.version, [beside.version]);
}

async function fetchFrom(
  source: ChartRepository,
  requirement: Requirement,
  constraint: Constraint,
): Promise<Settlement> {
  const { name } = requirement;
  const version = constraint.exact ?? constraint.choose(await source.versions(name));
  if (version === undefined) {
    throw unknownVersion(source.name, name, requirement.version, await newestOf(await source.versions(name), 5));
  }
  const fetched = await source.fetch(name, version);
  if (fetched.kind === "archive") return { ...fetched, requirement, version };
  return { kind: "folder", requirement, version, folder: fetched.folder, within: fetched.folder };
}

function notCarried({ requirement: { name, version }, carried, folder }: Question): Failed {
  const other = carried.find((one) => one.name === name);
  const has = other === undefined ? "is not there" : `is ${other.version}`;
  return new Failed({
    code: "charts/not-carried",
    class: "permanent",
    message: `${folder} needs the chart ${name} ${version} in its own charts/, where it ${has}`,
    hint: "Commit it there, or name its repository in the chart's dependencies",
  });
}

function notBeside({ requirement: { name, repository }, folder }: Question): Failed {
  return new Failed({
    code: "charts/not-beside",
    class: "permanent",
    message: `${folder} needs the chart ${name} from ${repository}, where there is none`,
    hint: "Check the path, which is relative to the chart",
  });
}
