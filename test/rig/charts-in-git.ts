import { execFileSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { type ChartContent, type PackedChart, packChart } from "./chart-repository.ts";

/** A chart as it stands in a repository: a folder of a commit, or an archive in it. */
export interface ChartInGit {
  /** The repository, bare or not. */
  readonly repository: string;
  readonly at: string;
  readonly path: string;
  /** The version that it is packed as, where that is another. */
  readonly version?: string;
  /** Charts that are put into it, as those that its repository serves are. */
  readonly within?: readonly ChartInGit[];
}

/** Packs a chart out of a repository, with the charts that it carries. */
export async function packFromGit(chart: ChartInGit): Promise<PackedChart> {
  const { name, version, files } = await filesOf(chart);
  return packChart(name, version, files);
}

interface Files {
  readonly name: string;
  readonly version: string;
  readonly files: ChartContent;
}

async function filesOf({ repository, at, path, version, within = [] }: ChartInGit): Promise<Files> {
  const files: Record<string, string> = path.endsWith(".tgz")
    ? await untar(gunzipSync(git(repository, "show", `${at}:${path}`)), 1)
    : await untar(git(repository, "archive", "--format=tar", `${at}:${path}`), 0);
  const about = files["Chart.yaml"] ?? "";
  const own = fieldOf(about, "version");
  if (version !== undefined) files["Chart.yaml"] = about.replace(/^version:.*$/m, `version: ${version}`);
  for (const inner of within) {
    const { name, files: innerFiles } = await filesOf(inner);
    for (const [file, text] of Object.entries(innerFiles)) files[`charts/${name}/${file}`] = text;
  }
  return { name: fieldOf(about, "name"), version: version ?? own, files };
}

async function untar(tar: Uint8Array, strip: number): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { header, data } of await unpackTar(tar)) {
    const path = header.name.split("/").slice(strip).join("/");
    if (header.type === "file" && path !== "") files[path] = Buffer.from(data ?? []).toString("utf8");
  }
  return files;
}

const git = (repository: string, ...args: string[]): Buffer =>
  execFileSync("git", ["-C", repository, ...args], { maxBuffer: 200_000_000 });

const fieldOf = (yaml: string, key: string): string =>
  (new RegExp(`^${key}:\\s*["']?([^"'\\s]+)`, "m").exec(yaml)?.[1] ?? "").trim();
