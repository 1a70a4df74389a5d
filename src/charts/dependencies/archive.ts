import { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Failed } from "../../failure/index.ts";
import { readTarStream } from "../../oci/index.ts";

/** The limits that helm sets, uncompressed. */
const LARGEST_CHART = 100 * 1024 * 1024;
const LARGEST_FILE = 5 * 1024 * 1024;

/** The files of a packed chart, by their paths from the chart's root. */
export type ChartArchive = ReadonlyMap<string, Uint8Array>;

/**
 * Unpacks a chart's `.tgz` in memory. Nothing is written, links lead nowhere since they are left out, and neither a
 * path outside the chart's folder nor more bytes than helm allows are accepted.
 * Throws `Failed` (`charts/bad-archive`); `where` names the archive.
 */
export async function readArchive(bytes: Uint8Array, where: string): Promise<ChartArchive> {
  const tar = await inflate(bytes, where);
  const files = new Map<string, Uint8Array>();
  try {
    for await (const { header, kind, content } of readTarStream(Readable.from([tar]))) {
      if (kind === "folder") continue;
      const path = pathInChart(header.name, where);
      if (kind !== "file") continue;
      if (header.size > LARGEST_FILE) throw bad(where, `${path} is larger than the 5 MiB that helm allows`);
      files.set(path, await content());
    }
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw bad(where, error instanceof Error ? error.message : String(error));
  }
  if (!files.has("Chart.yaml")) throw bad(where, "it holds no Chart.yaml in its one folder");
  return files;
}

async function inflate(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST_CHART });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ERR_BUFFER_TOO_LARGE") throw bad(where, "it unpacks to more than the 100 MiB that helm allows");
    throw bad(where, "it is not gzip, or not whole");
  }
}

/** Without the one folder that all files of a packed chart are in. */
function pathInChart(name: string, where: string): string {
  const parts = name.split(/[\\/]/);
  const inside = parts.slice(1).filter((part) => part !== "" && part !== ".");
  const outside = name.startsWith("/") || /^[A-Za-z]:/.test(name) || parts.includes("..") || name.includes("\0");
  if (outside || inside.length === 0 || /^[A-Za-z]:/.test(inside[0] ?? "")) {
    throw bad(where, `"${name}" is a path outside the chart`);
  }
  return inside.join("/");
}

function bad(where: string, why: string): Failed {
  return new Failed({
    code: "charts/bad-archive",
    class: "permanent",
    message: `${where} is not a chart that can be used: ${why}`,
    hint: "Look whether the URL leads to a packed chart, or take another version",
  });
}
