import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { noChart, unreadable } from "./refusals.ts";

/** What helm takes for one file of a chart. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;
/** Names that no chart means to have among its files, and that may hold more than all of it. */
const NEVER_OF_A_CHART = new Set([".git", "node_modules"]);

/** The files of a chart in memory: those of a folder, or the one .tgz. */
export interface ChartFiles {
  readonly form: "folder" | "archive";
  readonly files: readonly ChartFile[];
}

export interface ChartFile {
  /** From the chart's folder, with `/` on every system. */
  readonly name: string;
  readonly data: Uint8Array;
  /** Set where the file is larger than helm takes; its bytes are not here then. */
  readonly tooLarge?: boolean;
}

/**
 * Reads a chart, links followed as helm does. What `.helmignore` leaves out is here too: the engine knows its rules.
 * Throws `Failed` (`charts/not-found`, `charts/unreadable`, `charts/not-a-chart`).
 */
export async function readChart(path: string, overlay?: ReadonlyMap<string, Uint8Array>): Promise<ChartFiles> {
  try {
    const about = await stat(path);
    if (!about.isDirectory()) return { form: "archive", files: [await readArchive(path)] };
    const files = new Map<string, ChartFile>();
    await collect(path, "", [], files);
    for (const [name, data] of overlay ?? []) files.set(name, { name, data });
    return { form: "folder", files: [...files.values()] };
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readArchive(path: string): Promise<ChartFile> {
  const data = await readFile(path);
  if (data[0] !== 0x1f || data[1] !== 0x8b) throw noChart(path);
  return { name: path, data };
}

/** In the order in which Go walks a folder. `above` are the folders on the way, so that no link leads around. */
async function collect(root: string, folder: string, above: readonly string[], files: Map<string, ChartFile>) {
  const here = await realpath(join(root, folder));
  if (above.includes(here)) return;
  for (const entry of (await readdir(here)).sort()) {
    if (NEVER_OF_A_CHART.has(entry)) continue;
    const name = folder === "" ? entry : `${folder}/${entry}`;
    const path = join(here, entry);
    const about = await stat(path);
    if (about.isDirectory()) await collect(root, name, [...above, here], files);
    else if (about.size > MAX_FILE_BYTES) files.set(name, { name, data: new Uint8Array(), tooLarge: true });
    else if (about.isFile()) files.set(name, { name, data: await readFile(path) });
  }
}
