import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AssembledArtifact, assembleArtifact, type ImageFile, MediaType, packFiles } from "../../oci/index.ts";
import { unlessMissing } from "../../oci/layout/disk.ts";
import { readArchive } from "../dependencies/archive.ts";
import { readChartFiles, textsIn } from "../dependencies/chart-files.ts";
import { helmIgnores, type Ignores } from "./helmignore.ts";
import { chartMetadata } from "./metadata.ts";

/** A chart as helm pulls it from a registry. Nothing of it is on disk. */
export interface PackedChart {
  readonly name: string;
  readonly version: string;
  /** The version as a tag, which has no plus sign: helm writes an underscore. */
  readonly tag: string;
  readonly artifact: AssembledArtifact;
}

/**
 * Packs a chart's folder, without what its `.helmignore` names: the same files give the same bytes on every machine, as
 * there are no dates and no owners in them. What it depends on has to be in its `charts/`. Throws `Failed`
 * (`charts/not-a-chart`, `charts/bad-file`, `oci/…`).
 */
export async function packFolder(folder: string, signal: AbortSignal): Promise<PackedChart> {
  const texts = textsIn(folder);
  const { name } = await readChartFiles(texts, folder);
  const paths = await pathsIn(folder, "", helmIgnores((await texts(".helmignore")) ?? ""));
  const files = paths.map(
    (path): ImageFile => ({ path: `${name}/${path}`, source: join(folder, path), mode: "plain" }),
  );
  return packed(await packFiles(files, `the chart ${name}`, signal), (await texts("Chart.yaml")) ?? "", folder);
}

/**
 * A chart that is packed already, byte for byte, with the provenance file that may stand beside it (`helm package
 * --sign`), for `helm pull --verify`. Throws `Failed` (`charts/bad-archive`, `charts/bad-file`).
 */
export async function packArchive(file: string): Promise<PackedChart> {
  const bytes = await readFile(file);
  const about = (await readArchive(bytes, file)).get("Chart.yaml") ?? new Uint8Array();
  const beside = provenanceOf(file);
  // A link may lead anywhere, and what it leads to is nobody's to publish.
  const isFile = (await unlessMissing(lstat(beside)))?.isFile() === true;
  return packed(bytes, Buffer.from(about).toString("utf8"), file, isFile ? await readFile(beside) : undefined);
}

/** Where helm looks for the signature of a packed chart. */
export const provenanceOf = (file: string): string => `${file}.prov`;

async function pathsIn(root: string, folder: string, ignores: Ignores): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!ignores(path, "folder")) paths.push(...(await pathsIn(root, path, ignores)));
    } else if (!ignores(path, "file")) paths.push(path);
  }
  return paths;
}

async function packed(bytes: Uint8Array, about: string, where: string, provenance?: Uint8Array): Promise<PackedChart> {
  const { name, version } = await readChartFiles(async (path) => (path === "Chart.yaml" ? about : undefined), where);
  const metadata = chartMetadata(about);
  const artifact = assembleArtifact({
    name: `the chart ${name}`,
    config: { mediaType: MediaType.chartConfig, bytes: Buffer.from(JSON.stringify(metadata)) },
    layers: [
      { mediaType: MediaType.chartLayer, bytes },
      ...(provenance === undefined ? [] : [{ mediaType: MediaType.chartProvenance, bytes: provenance }]),
    ],
    annotations: {
      "org.opencontainers.image.title": name,
      "org.opencontainers.image.version": version,
      ...(typeof metadata.description === "string" && {
        "org.opencontainers.image.description": metadata.description,
      }),
    },
  });
  return { name, version, tag: version.replaceAll("+", "_"), artifact };
}
