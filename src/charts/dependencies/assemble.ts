import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failed, FailedTogether, type Failure, failuresOf, unreachable } from "../../failure/index.ts";
import type { Digest } from "../../oci/index.ts";
import { type Carried, carriedBy, packedChart } from "./carried.ts";
import { type ChartFiles, readChartFiles, textsIn } from "./chart-files.ts";
import { readConstraint } from "./constraint.ts";
import { copyChart } from "./copy-chart.ts";
import { lockedVersions } from "./lock.ts";
import { type Settlement, type Supply, settle } from "./settle.ts";

/** A dependency as it stands below the chart now. */
export interface VendoredDependency {
  readonly name: string;
  readonly version: string;
  readonly alias: string | undefined;
  /** As the chart writes it; empty for one that the chart carries. */
  readonly repository: string;
  /** Of the packed chart; undefined for one in a folder. */
  readonly digest: Digest | undefined;
  /** Where it was really taken from: a URL, an `oci://` reference, a path. */
  readonly from: string;
  /** Its file or folder, from the root of the whole chart: `charts/minio-4.0.2.tgz`. */
  readonly path: string;
}

export interface Assembling extends Supply {
  /** The redirects as they were written: aliases of repositories go into a lock's digest. */
  readonly repositories: ReadonlyMap<string, string>;
}

export interface AssembledChart {
  readonly chart: ChartFiles;
  /** In the order of their declaration; what a dependency in a folder needs itself comes after it. */
  readonly dependencies: readonly VendoredDependency[];
}

/**
 * Copies a chart to `target` and puts what it depends on below it. `above` are the charts that led here.
 * All that is wrong with its dependencies is thrown together.
 */
export async function assembleChart(
  folder: string,
  target: string,
  assembling: Assembling,
  above: readonly string[] = [],
): Promise<AssembledChart> {
  const chart = await readChartFiles(textsIn(folder), folder);
  const locked = assembling.update === "lock" ? lockedVersions(chart, assembling.repositories) : undefined;
  await copyChart(folder, target, assembling.within);
  const carried = await carriedBy(target);
  const settlements = await all(
    chart.dependencies.map(async (requirement, at) => {
      const constraint = await readConstraint(locked?.[at] ?? requirement.version, requirement.name);
      return settle({ requirement, constraint, folder, carried }, assembling);
    }),
  );
  await removeOthers(target, chart, carried, settlements);
  if (settlements.length > 0) await mkdir(join(target, "charts"), { recursive: true });
  const dependencies: VendoredDependency[] = [];
  for (const one of settlements) {
    dependencies.push(...(await place(one, { folder, target, assembling, above: [...above, folder] })));
  }
  return { chart, dependencies };
}

/** Removes what stands in `charts/` under the name of a dependency, but is not the one that was settled on. */
async function removeOthers(
  target: string,
  { dependencies }: ChartFiles,
  carried: readonly Carried[],
  settlements: readonly Settlement[],
): Promise<void> {
  const kept = new Set(settlements.flatMap((one) => (one.kind === "carried" ? [one.carried.entry] : [])));
  const declared = new Set(dependencies.map(({ name }) => name));
  const others = carried.filter(({ name, entry }) => declared.has(name) && !kept.has(entry));
  for (const { entry } of others) await rm(join(target, "charts", entry), { recursive: true });
}

interface Placing {
  readonly folder: string;
  readonly target: string;
  readonly assembling: Assembling;
  readonly above: readonly string[];
}

/** Puts a dependency below the chart, packed as it came so that it means to helm what it means to its author. */
async function place(settlement: Settlement, placing: Placing): Promise<VendoredDependency[]> {
  const { name, alias, repository } = settlement.requirement;
  const said = { name, alias, repository };
  switch (settlement.kind) {
    case "carried": {
      const { version, digest, entry } = settlement.carried;
      const path = `charts/${entry}`;
      return [{ ...said, version, digest, path, from: join(placing.folder, path) }];
    }
    case "archive": {
      const { bytes, digest, from } = settlement;
      const packed = await packedChart(bytes, from);
      expectChart(packed, settlement, from);
      const path = `charts/${name}-${packed.version}.tgz`;
      await writeFile(join(placing.target, path), bytes);
      return [{ ...said, version: packed.version, digest, path, from }];
    }
    case "folder":
      return placeFolder(settlement, placing);
    default:
      return unreachable(settlement);
  }
}

async function placeFolder(
  settlement: Extract<Settlement, { kind: "folder" }>,
  { target, assembling, above }: Placing,
): Promise<VendoredDependency[]> {
  const { folder, within, requirement } = settlement;
  const { name, alias, repository } = requirement;
  if (above.includes(folder)) throw circle([...above, folder]);
  const path = `charts/${name}-${settlement.version}`;
  const nested = await assembleChart(folder, join(target, path), { ...assembling, within }, above);
  expectChart(nested.chart, settlement, folder);
  return [
    { name, version: nested.chart.version, alias, repository, digest: undefined, path, from: folder },
    ...nested.dependencies.map((one) => ({ ...one, path: `${path}/${one.path}` })),
  ];
}

/** Waits for all, and throws what failed together, the same failure once. */
async function all<Value>(work: readonly Promise<Value>[]): Promise<Value[]> {
  const values: Value[] = [];
  const thrown: unknown[] = [];
  for (const one of await Promise.allSettled(work)) {
    if (one.status === "fulfilled") values.push(one.value);
    else thrown.push(one.reason);
  }
  const failures = new Map<string, Failure>();
  for (const failure of thrown.flatMap(failuresOf)) failures.set(failure.message, failure);
  if (failures.size > 1) throw new FailedTogether([...failures.values()]);
  if (thrown.length > 0) throw thrown[0];
  return values;
}

function expectChart(
  found: { name: string; version: string },
  { requirement, version }: Settlement,
  from: string,
): void {
  const plain = (text: string): string => text.replace(/^v/, "").replace(/\+.*/, "");
  if (found.name === requirement.name && plain(found.version) === plain(version)) return;
  throw new Failed({
    code: "charts/other-chart",
    class: "permanent",
    message: `${from} holds the chart ${found.name} ${found.version}, and ${requirement.name} ${version} was asked for`,
    hint: "Look whether the repository was built right, or where chartRepositories leads",
  });
}

function circle(folders: readonly string[]): Failed {
  return new Failed({
    code: "charts/circle",
    class: "permanent",
    message: `The chart ${folders[0]} needs itself`,
    hint: "Take out one of the dependencies that lead back to it",
    detail: [...folders],
  });
}
