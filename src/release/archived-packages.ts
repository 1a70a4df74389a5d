import { packageInArchive } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { type Archive, archiveSource, type Digest, MediaType } from "../oci/index.ts";
import { nameInArchive } from "../registries/index.ts";
import { eachOnce, type OpenPackage } from "./chart-packages.ts";

/**
 * Finds charts in an archive: where mirror puts them, or else in a repository whose last part is their name, as other
 * tools have them. Throws `Failed` (`registry/not-found`, `archive/several-versions`).
 */
export function packagesInArchive(archive: Archive): OpenPackage {
  const source = archiveSource(archive);
  return eachOnce(async (chart) => {
    const found = await chartInArchive(chart, archive);
    if (found === undefined) throw notThere(chart, archive);
    const { repository, tag, digest } = found;
    return { tag, from: { source, repository, digest } };
  });
}

interface ArchivedChart {
  readonly repository: string;
  readonly tag: string;
  readonly digest: Digest;
}

/** Where an archive has a chart; of several files, as the newest has it. Throws `Failed` (`archive/several-versions`). */
export async function chartInArchive(chart: string, archive: Archive): Promise<ArchivedChart | undefined> {
  const own = nameInArchive(packageInArchive(chart));
  const others = archive.repositories().filter((name) => name !== own && name.endsWith(`/${chart}`));
  for (const repository of [own, ...others]) {
    for (const { repositories } of archive.catalogues) {
      const tags = [...(repositories.get(repository)?.tags ?? [])];
      const isChart = await Promise.all(tags.map(([, digest]) => hasChart(archive, repository, digest)));
      const [first, ...rest] = tags.filter((_, index) => isChart[index] === true);
      if (first === undefined) continue;
      if (rest.length > 0) throw several(chart, archive, [first, ...rest].map(([tag]) => tag).sort());
      return { repository, tag: first[0], digest: first[1] };
    }
  }
  return undefined;
}

async function hasChart(archive: Archive, repository: string, digest: Digest): Promise<boolean> {
  if (!archive.blobs.has(digest)) return false;
  const manifest = await archive.getManifest(repository, digest, NEVER);
  return manifest.kind === "image" && manifest.config.mediaType === MediaType.chartConfig;
}

const NEVER = new AbortController().signal;

function notThere(chart: string, archive: Archive): Failed {
  return new Failed({
    code: "registry/not-found",
    class: "permanent",
    message: `The chart ${chart} is not in ${archive.name}`,
    hint: `Save it: mirror save takes the charts that targets publish, and those of which they take the images`,
  });
}

function several(chart: string, archive: Archive, versions: readonly string[]): Failed {
  return new Failed({
    code: "archive/several-versions",
    class: "permanent",
    message: `${archive.name} has the chart ${chart} in several versions: ${versions.join(", ")}`,
    hint: "Load an archive that mirror saved: it has the one version of its release",
  });
}
