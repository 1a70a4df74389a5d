import { join } from "node:path";
import type { CatalogFile } from "../../bundle/index.ts";
import { writeFolder } from "../write-folder.ts";

/** Writes a catalog where a person, or `opm validate`, can read it: `.mirror/catalogs/NAME/configs`. */
export async function writeCatalog(files: readonly CatalogFile[], name: string, configFolder: string): Promise<void> {
  const folder = join(configFolder, ".mirror", "catalogs", name);
  await writeFolder(
    folder,
    files.map(({ path, text }) => ({ path, content: text })),
  );
}
