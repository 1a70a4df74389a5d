import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Failed } from "../../failure/index.ts";
import { filesBelow, isManifest, textOf } from "../files.ts";
import { readBundle } from "../read.ts";
import { type CatalogEntry, catalogEntryOf } from "./entry.ts";

/** Where earlier versions are kept. */
export interface PreviousFolder {
  /** Each folder in it is a version: package manifests, or a bundle with `manifests` and `metadata`. */
  readonly folder: string;
  /** The metadata of versions that have none of their own. */
  readonly metadata: string | undefined;
}

/**
 * What a catalog says of the bundles that a folder keeps, one folder a version. Folders without a ClusterServiceVersion
 * are passed over. Throws `Failed`: `catalog/no-bundles` where none has one, and as `readBundle` does.
 */
export async function previousBundles({ folder, metadata }: PreviousFolder): Promise<readonly CatalogEntry[]> {
  const found = await readdir(folder, { withFileTypes: true });
  const names = found.filter((one) => one.isDirectory()).map(({ name }) => name);
  const entries = await Promise.all(names.sort().map((name) => entryIn(join(folder, name), metadata)));
  const bundles = entries.filter((entry) => entry !== undefined);
  if (bundles.length === 0) throw noBundles(folder);
  return bundles;
}

async function entryIn(folder: string, metadata: string | undefined): Promise<CatalogEntry | undefined> {
  const inside = await isFolder(join(folder, "manifests"));
  const manifests = inside ? join(folder, "manifests") : folder;
  const files = await filesBelow(manifests, "manifests");
  if (!files.some((file) => isManifest(file) && /\bClusterServiceVersion\b/.test(textOf(file)))) return undefined;
  const own = inside && (await isFolder(join(folder, "metadata"))) ? join(folder, "metadata") : metadata;
  const bundle = await readBundle({ manifests, metadata: own });
  return catalogEntryOf(bundle, bundle.files);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

function noBundles(folder: string): Failed {
  return new Failed({
    code: "catalog/no-bundles",
    class: "usage",
    message: `No folder in ${folder} has a ClusterServiceVersion`,
    hint: "Name the folder that holds one folder for each version",
  });
}
