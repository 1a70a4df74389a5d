import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CatalogFile } from "../../bundle/index.ts";

/** Writes a catalog where a person, or `opm validate`, can read it: `.mirror/catalogs/NAME/configs`. */
export async function writeCatalog(files: readonly CatalogFile[], name: string, configFolder: string): Promise<void> {
  const folder = join(configFolder, ".mirror", "catalogs", name);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  for (const { path, text } of files) {
    await mkdir(dirname(join(fresh, path)), { recursive: true });
    await writeFile(join(fresh, path), text);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}
