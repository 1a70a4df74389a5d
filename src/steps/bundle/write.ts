import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { BundleFile } from "../../bundle/index.ts";

/** The folder that holds a bundle as it is in its image: manifests, metadata, tests. */
export const bundleFolder = (name: string, configFolder: string): string =>
  join(configFolder, ".mirror", "bundles", name);

/** Writes what goes into a bundle's image where a person, or a task, can read it; all of it, or nothing. */
export async function writeBundle(files: readonly BundleFile[], name: string, configFolder: string): Promise<string> {
  const folder = bundleFolder(name, configFolder);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(fresh, path)), { recursive: true });
    await writeFile(join(fresh, path), bytes);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  return folder;
}
