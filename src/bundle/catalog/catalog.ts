import { Failed } from "../../failure/index.ts";
import { channelsOf } from "./channels.ts";
import type { CatalogEntry } from "./entry.ts";

/** A bundle in a catalog, and its image by digest. */
export interface CatalogBundle {
  readonly entry: CatalogEntry;
  readonly image: string;
}

/** A file of a catalog, below its folder. */
export interface CatalogFile {
  /** `configs/toy/catalog.json`. */
  readonly path: string;
  readonly text: string;
}

/**
 * A file-based catalog (operator-registry, "File-based Catalogs"): for each package a file with its `olm.package`, an
 * `olm.channel` for each channel, with edges for upgrades, and an `olm.bundle` for each version. The same bundles give
 * the same bytes in whichever order they come.
 * Throws `Failed`: `catalog/duplicate`, `catalog/no-default-channel`, `catalog/many-heads`, `catalog/stranded`.
 */
export async function fileBasedCatalog(
  bundles: readonly CatalogBundle[],
  defaultChannel: string | undefined,
): Promise<readonly CatalogFile[]> {
  const { default: semver } = await import("semver");
  const newestFirst = bundles.toSorted(
    (a, b) => semver.rcompare(a.entry.version, b.entry.version) || (a.entry.name < b.entry.name ? -1 : 1),
  );
  const names = [...new Set(bundles.map(({ entry }) => entry.packageName))].sort();
  return names.map((name) => {
    const own = newestFirst.filter(({ entry }) => entry.packageName === name);
    refuseDuplicates(own);
    const blobs = [...packageBlobs(name, own, defaultChannel), ...own.map(bundleBlob)];
    const text = blobs.map((blob) => `${JSON.stringify(blob, undefined, 2)}\n`).join("");
    return { path: `configs/${name}/catalog.json`, text };
  });
}

function packageBlobs(name: string, newestFirst: readonly CatalogBundle[], declared: string | undefined): unknown[] {
  const entries = newestFirst.map(({ entry }) => entry);
  const channels = channelsOf(name, entries);
  const [newest] = entries;
  const [only, second] = channels;
  const defaultChannel = declared ?? newest?.defaultChannel?.trim() ?? (second === undefined ? only?.name : undefined);
  if (!channels.some((channel) => channel.name === defaultChannel)) throw noDefault(name, defaultChannel, entries);
  const { icon, description } = newest ?? {};
  return [
    {
      schema: "olm.package",
      name,
      defaultChannel,
      ...(icon && { icon }),
      ...(description !== undefined && { description }),
    },
    ...channels.map((channel) => ({
      schema: "olm.channel",
      name: channel.name,
      package: name,
      entries: channel.entries.map((entry) => ({
        name: entry.name,
        ...(entry.replaces !== undefined && { replaces: entry.replaces }),
        ...(entry.skips.length > 0 && { skips: entry.skips }),
        ...(entry.skipRange !== undefined && { skipRange: entry.skipRange }),
      })),
    })),
  ];
}

/** The bundle's own image is one that a mirror of the catalog has to bring. */
function bundleBlob({ entry, image }: CatalogBundle): unknown {
  const { name, packageName, properties, relatedImages } = entry;
  const related = relatedImages.some((one) => one.image === image)
    ? relatedImages
    : [...relatedImages, { name: "", image }];
  return { schema: "olm.bundle", name, package: packageName, image, properties, relatedImages: related };
}

function refuseDuplicates(bundles: readonly CatalogBundle[]): void {
  for (const [index, { entry, image }] of bundles.entries()) {
    const other = bundles.slice(0, index).find((one) => one.entry.name === entry.name);
    if (other === undefined) continue;
    throw new Failed({
      code: "catalog/duplicate",
      class: "usage",
      message: `The catalog would have ${entry.name} twice: ${other.image} and ${image}`,
      hint: "Leave one of the two bundles out",
    });
  }
}

function noDefault(name: string, channel: string | undefined, entries: readonly CatalogEntry[]): Failed {
  const known = [...new Set(entries.flatMap(({ channels }) => channels))].sort().join(", ");
  return new Failed({
    code: "catalog/no-default-channel",
    class: "usage",
    message:
      channel === undefined
        ? `The package ${name} has several channels, and none is said to be its default: ${known}`
        : `The default channel ${channel} of ${name} has no bundle: its channels are ${known}`,
    hint: "Name one with defaultChannel",
  });
}
