import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, normalize } from "node:path";
import { Failed } from "../../failure/index.ts";
import { digestOf } from "../../oci/index.ts";
import { unlessMissing } from "../../oci/layout/disk.ts";
import { readChartFiles, textsIn } from "./chart-files.ts";
import { newestOf } from "./constraint.ts";
import { digestMismatch, unknownChart, unknownVersion } from "./failures.ts";
import { type ChartIndex, readIndex } from "./index-file.ts";
import type { ChartRepository } from "./repository.ts";

/** A folder that stands for a repository: with an `index.yaml`, or with packed charts, or with charts in folders. */
export function folderRepository(folder: string): ChartRepository {
  let listing: Promise<Listing> | undefined;
  const list = (): Promise<Listing> => {
    listing ??= listFolder(folder);
    return listing;
  };
  return {
    name: folder,
    async versions(chart) {
      const { index, packed, unpacked } = await list();
      const versions = new Set([
        ...(index?.versions(chart) ?? []),
        ...packed.flatMap((file) => versionIn(file, chart) ?? []),
        ...unpacked.filter(({ name }) => name === chart).map(({ version }) => version),
      ]);
      const names = [...(index?.names() ?? []), ...unpacked.map(({ name }) => name), ...packed];
      if (versions.size === 0) throw unknownChart(folder, chart, names);
      return [...versions];
    },
    async fetch(chart, version) {
      const { index, packed, unpacked } = await list();
      const entry = index?.entry(chart, version);
      const names = [...(entry?.urls ?? []).map(pathOf), `${chart}-${version}.tgz`];
      const file = packed.find((path) => names.includes(path)) ?? packed.find((path) => names.includes(basename(path)));
      if (file !== undefined) return readPacked(join(folder, file), entry?.digest);
      const chosen = unpacked.find((one) => one.name === chart && one.version === version);
      if (chosen !== undefined) return { kind: "folder", folder: chosen.folder, from: chosen.folder };
      const known = await this.versions(chart);
      throw unknownVersion(folder, chart, version, await newestOf(known, 5));
    },
  };
}

interface Listing {
  readonly index: ChartIndex | undefined;
  /** Paths of `.tgz` files in the folder. */
  readonly packed: readonly string[];
  readonly unpacked: readonly { readonly name: string; readonly version: string; readonly folder: string }[];
}

async function listFolder(folder: string): Promise<Listing> {
  if ((await unlessMissing(stat(folder)))?.isDirectory() !== true) throw noFolder(folder);
  const text = await unlessMissing(readFile(join(folder, "index.yaml"), "utf8"));
  const paths = await readdir(folder, { recursive: text !== undefined, encoding: "utf8" });
  const folders = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const unpacked = [];
  for (const place of folders.map(({ name }) => join(folder, name))) {
    const texts = textsIn(place);
    if ((await texts("Chart.yaml")) === undefined) continue;
    const { name, version } = await readChartFiles(texts, place);
    unpacked.push({ name, version, folder: place });
  }
  return {
    index: text === undefined ? undefined : readIndex(text),
    packed: paths.filter((path) => path.endsWith(".tgz")),
    unpacked,
  };
}

/** The version in the name of a packed chart; a name may hold dashes and digits itself. */
function versionIn(file: string, chart: string): string | undefined {
  const name = basename(file, ".tgz");
  const version = name.startsWith(`${chart}-`) ? name.slice(chart.length + 1) : "";
  return /^v?\d+(?:\.\d+)*(?:[-+].*)?$/.test(version) ? version : undefined;
}

/** Where a URL of an index leads in a folder; one that was copied from a server may have the server's URLs. */
function pathOf(url: string): string {
  return URL.canParse(url) ? basename(new URL(url).pathname) : normalize(url);
}

async function readPacked(file: string, written: string | undefined) {
  const bytes = await readFile(file);
  const digest = digestOf(bytes);
  const expected = written === undefined ? digest : `sha256:${written.replace(/^sha256:/, "").toLowerCase()}`;
  if (expected !== digest) throw digestMismatch(file, expected, digest);
  const provenance = () => unlessMissing(readFile(`${file}.prov`));
  return { kind: "archive", bytes, digest, from: file, provenance } as const;
}

function noFolder(folder: string): Failed {
  return new Failed({
    code: "charts/no-folder",
    class: "usage",
    message: `${folder}, which stands for a chart repository, is no folder`,
    hint: "Correct it in chartRepositories",
  });
}
