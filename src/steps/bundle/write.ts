import { join } from "node:path";
import type { BundleFile } from "../../bundle/index.ts";
import { writeFolder } from "../write-folder.ts";

/** The folder that holds a bundle as it is in its image: manifests, metadata, tests. */
export const bundleFolder = (name: string, configFolder: string): string =>
  join(configFolder, ".mirror", "bundles", name);

/** Writes what goes into a bundle's image where a person, or a task, can read it; all of it, or nothing. */
export async function writeBundle(files: readonly BundleFile[], name: string, configFolder: string): Promise<string> {
  const folder = bundleFolder(name, configFolder);
  await writeFolder(
    folder,
    files.map(({ path, bytes }) => ({ path, content: bytes })),
  );
  return folder;
}
