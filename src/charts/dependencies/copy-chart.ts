import { createHash, type Hash } from "node:crypto";
import { constants, copyFile, mkdir, readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { Failed } from "../../failure/index.ts";
import { hasCode } from "../../oci/layout/disk.ts";

/**
 * Copies a chart's folder. Links are followed, as helm does, as long as they stay inside `within`: a chart must not
 * pick up files of this machine. Throws `Failed` (`charts/link-outside`).
 */
export async function copyChart(from: string, to: string, within: string): Promise<void> {
  await copyFolder(from, to, { root: await realpath(within), chart: from, above: [] });
}

/** The digest of all paths and bytes in a folder. */
export async function hashFolder(folder: string): Promise<string> {
  const hash = createHash("sha256");
  await addFolder(hash, folder, folder);
  return hash.digest("hex");
}

interface Copying {
  /** Without links. */
  readonly root: string;
  readonly chart: string;
  /** Folders that are being copied, without links: a link to one of them is a circle. */
  readonly above: readonly string[];
}

async function copyFolder(from: string, to: string, copying: Copying): Promise<void> {
  const here = await realpath(from);
  if (copying.above.includes(here)) throw circle(from, copying.chart);
  await mkdir(to, { recursive: true });
  const inside = { ...copying, above: [...copying.above, here] };
  for (const { name } of await readdir(from, { withFileTypes: true })) {
    if (name === ".git") continue;
    const [source, target] = [join(from, name), join(to, name)];
    const real = await realpath(source).catch((error: unknown) => {
      throw hasCode(error, "ENOENT", "ELOOP") ? outside(source, copying.chart, "leads nowhere") : error;
    });
    if (real !== copying.root && !real.startsWith(copying.root + sep)) {
      throw outside(source, copying.chart, "leads out of the source");
    }
    const found = await stat(real);
    if (found.isDirectory()) await copyFolder(source, target, inside);
    else if (found.isFile()) await copyFile(real, target, constants.COPYFILE_FICLONE);
  }
}

async function addFolder(hash: Hash, folder: string, root: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      await addFolder(hash, path, root);
      continue;
    }
    const bytes = await readFile(path);
    hash.update(`${relative(root, path)}\0${bytes.length}\0`).update(bytes);
  }
}

function outside(link: string, chart: string, why: string): Failed {
  return new Failed({
    code: "charts/link-outside",
    class: "permanent",
    message: `${relative(chart, link)} in the chart ${chart} is a link that ${why}`,
    hint: "Remove the link from the chart, or name a source that holds what it leads to",
  });
}

function circle(link: string, chart: string): Failed {
  return outside(link, chart, "leads back to a folder that it is in");
}
