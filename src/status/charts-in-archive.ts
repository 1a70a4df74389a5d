import type { Archive, Digest } from "../oci/index.ts";
import { chartInArchive, type Lock, tagOfChart } from "../release/index.ts";
import type { Cell, Row } from "./status.ts";

/**
 * How the charts of a lock stand in an archive, by the digests of their packages. One of which the lock has none, as it
 * was written before or the chart could not be packed, is left out.
 */
export async function chartsInArchive(
  { charts }: Lock,
  archive: Archive,
  {
    isSelected,
    referenced,
  }: { readonly isSelected: (name: string) => boolean; readonly referenced: ReadonlyMap<string, unknown> | undefined },
): Promise<Row[]> {
  const rows = [...charts].map(async ([chart, { version, package: digest }]): Promise<Row[]> => {
    const name = `chart:${chart}`;
    if (digest === undefined || !isSelected(name)) return [];
    return [
      {
        kind: "chart",
        name,
        version: tagOfChart(version),
        digest,
        upstream: { kind: "unknown" },
        referenced: referenced === undefined ? undefined : [],
        hold: undefined,
        cells: new Map([[archive.name, await cellOf(chart, digest, archive)]]),
      },
    ];
  });
  return (await Promise.all(rows)).flat();
}

async function cellOf(chart: string, digest: Digest, archive: Archive): Promise<Cell> {
  if (archive.blobs.has(digest)) return { state: "up-to-date", digest };
  const found = await chartInArchive(chart, archive);
  return found === undefined ? { state: "missing" } : { state: "other-digest", digest: found.digest, wanted: digest };
}
