import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestOf } from "../../oci/index.ts";
import { hasCode } from "../../oci/layout/disk.ts";
import { readArchive } from "./archive.ts";
import { readChartFiles, textsIn } from "./chart-files.ts";

/** A dependency that stands in a chart's `charts/` already. */
export interface Carried {
  readonly name: string;
  readonly version: string;
  /** Its file or folder in `charts/`. */
  readonly entry: string;
  /** Of the archive; undefined for a folder. */
  readonly digest: Digest | undefined;
}

/** The charts in `charts/`, packed or in folders, as helm loads them: what begins with `_` or `.` is no chart. */
export async function carriedBy(chartFolder: string): Promise<Carried[]> {
  const folder = join(chartFolder, "charts");
  const carried: Carried[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (/^[._]/.test(entry.name)) continue;
    if (entry.isDirectory()) {
      const texts = textsIn(path);
      if ((await texts("Chart.yaml")) === undefined) continue;
      const { name, version } = await readChartFiles(texts, path);
      carried.push({ name, version, entry: entry.name, digest: undefined });
    } else if (entry.name.endsWith(".tgz")) {
      const bytes = await readFile(path);
      const { name, version } = await packedChart(bytes, path);
      carried.push({ name, version, entry: entry.name, digest: digestOf(bytes) });
    }
  }
  return carried;
}

/** The name and version of a packed chart. Throws `Failed` (`charts/bad-archive`, `charts/bad-file`). */
export async function packedChart(bytes: Uint8Array, where: string): Promise<{ name: string; version: string }> {
  const files = await readArchive(bytes, where);
  const text = (path: string): string | undefined => {
    const file = files.get(path);
    return file === undefined ? undefined : Buffer.from(file).toString("utf8");
  };
  const { name, version } = await readChartFiles(
    async (path) => (path === "Chart.yaml" ? text(path) : undefined),
    where,
  );
  return { name, version };
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
