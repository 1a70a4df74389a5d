import { randomUUID } from "node:crypto";
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { Failed } from "../../failure/index.ts";
import { digestOf, hexOf } from "../../oci/index.ts";
import { hasCode, unlessMissing } from "../../oci/layout/disk.ts";
import { readArchive } from "./archive.ts";

/**
 * A packed chart of a source as a folder below `cache`, which is made once for all that have these bytes. Nobody may
 * write into it. Throws `Failed`: `charts/not-found`, `charts/link-outside`, `charts/bad-archive`.
 */
export async function unpackChart(file: string, within: string, cache: string): Promise<string> {
  const bytes = await readInside(file, within);
  const place = join(cache, "unpacked", hexOf(digestOf(bytes)).slice(0, 24));
  if ((await unlessMissing(stat(place))) !== undefined) return place;
  const made = join(cache, "tmp", randomUUID());
  try {
    for (const [path, content] of await readArchive(bytes, file)) {
      await mkdir(dirname(join(made, path)), { recursive: true });
      await writeFile(join(made, path), content);
    }
    await mkdir(dirname(place), { recursive: true });
    await rename(made, place);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return place;
}

async function readInside(file: string, within: string): Promise<Uint8Array> {
  const [real, root] = [await unlessMissing(realpath(file)), await realpath(within)];
  if (real === undefined) throw notFound(relative(within, file));
  if (!real.startsWith(root + sep)) throw outside(relative(within, file));
  return readFile(real);
}

function notFound(path: string): Failed {
  return new Failed({
    code: "charts/not-found",
    class: "usage",
    message: `There is no ${path} in the source`,
    hint: "Correct the path of the chart, or choose another version of the source",
  });
}

function outside(path: string): Failed {
  return new Failed({
    code: "charts/link-outside",
    class: "permanent",
    message: `${path} is a link that leads out of the source`,
    hint: "Name a source that holds what it leads to",
  });
}
