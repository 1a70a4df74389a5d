import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { Failed } from "../../failure/index.ts";
import { unlessMissing } from "../../oci/layout/disk.ts";

/** A dependency as a chart declares it. */
export interface Requirement {
  readonly name: string;
  /** A version or a range; empty for any. */
  readonly version: string;
  /** `https://…`, `oci://…`, `file://…`, `@name`, or empty for one that the chart carries itself. */
  readonly repository: string;
  readonly alias: string | undefined;
  /** All that was written, every scalar as its text; for the digest of the lock. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** `Chart.lock` or `requirements.lock`. */
export interface LockFile {
  readonly file: string;
  readonly digest: string;
  readonly dependencies: readonly Requirement[];
}

/** What the files of a chart say of it and of what it needs. */
export interface ChartFiles {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  /** The file that declares the dependencies. */
  readonly declaredIn: "Chart.yaml" | "requirements.yaml";
  readonly dependencies: readonly Requirement[];
  readonly lock: LockFile | undefined;
}

/** The text of a file of a chart, by its path from the chart's root; undefined where there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Reads from a folder. */
export const textsIn =
  (folder: string): ReadText =>
  (path) =>
    unlessMissing(readFile(join(folder, path), "utf8"));

/**
 * Reads `Chart.yaml` (apiVersion v1 and v2), and `requirements.yaml` where there is one, with the lock beside it.
 * Throws `Failed` (`charts/not-a-chart`, `charts/bad-file`); `where` names the chart.
 */
export async function readChartFiles(texts: ReadText, where: string): Promise<ChartFiles> {
  const chartText = await texts("Chart.yaml");
  if (chartText === undefined) throw notAChart(where);
  const chart = readMap(chartText, `${where}/Chart.yaml`);
  const { name, version, apiVersion = "v1" } = chart;
  if (typeof name !== "string" || typeof version !== "string") {
    throw bad(`${where}/Chart.yaml`, "it has no name or no version");
  }
  if (!/^[\w.-]+$/.test(name) || !/^[\w.+-]+$/.test(version) || name.startsWith(".")) {
    throw bad(`${where}/Chart.yaml`, `"${name}" "${version}" cannot be the name and version of a chart`);
  }
  // As helm does: the older file counts wherever it is.
  const requirements = await texts("requirements.yaml");
  const declaredIn = requirements === undefined ? "Chart.yaml" : "requirements.yaml";
  const declaring = requirements === undefined ? chart : readMap(requirements, `${where}/${declaredIn}`);
  const lockName = apiVersion === "v1" ? "requirements.lock" : "Chart.lock";
  const lockText = (await texts(lockName)) ?? (apiVersion === "v1" ? await texts("Chart.lock") : undefined);
  return {
    name,
    version,
    apiVersion: String(apiVersion),
    declaredIn,
    dependencies: readDependencies(declaring, `${where}/${declaredIn}`),
    lock: lockText === undefined ? undefined : readLock(lockText, lockName, `${where}/${lockName}`),
  };
}

function readLock(text: string, file: string, where: string): LockFile {
  const lock = readMap(text, where);
  return { file, digest: textOf(lock.digest), dependencies: readDependencies(lock, where) };
}

function readDependencies(map: Readonly<Record<string, unknown>>, where: string): Requirement[] {
  const { dependencies } = map;
  if (!Array.isArray(dependencies)) return [];
  return dependencies.map((written: unknown) => {
    if (!isMap(written)) throw bad(where, "an entry of dependencies is no map");
    const name = textOf(written.name);
    if (!/^[\w.-]+$/.test(name) || name.startsWith("."))
      throw bad(where, `"${name}" cannot be the name of a dependency`);
    const alias = textOf(written.alias);
    const [version, repository] = [textOf(written.version), textOf(written.repository)];
    return { name, version, repository, alias: alias === "" ? undefined : alias, written };
  });
}

/** Scalars stay the text they are written as: `version: 1.10` is no number here. */
function readMap(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text, { schema: "failsafe", logLevel: "silent" });
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw bad(where, line.replace(/:$/, ""));
  }
  if (isMap(value)) return value;
  if (value === null || value === "") return {};
  throw bad(where, "it is no map");
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function bad(where: string, why: string): Failed {
  return new Failed({
    code: "charts/bad-file",
    class: "permanent",
    message: `${where} cannot be read: ${why}`,
    hint: "Correct the file, or take another version of the chart",
  });
}

function notAChart(where: string): Failed {
  return new Failed({
    code: "charts/not-a-chart",
    class: "usage",
    message: `${where} is no chart: it has no Chart.yaml`,
    hint: "Name the folder in which Chart.yaml is",
  });
}
