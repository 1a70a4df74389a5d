import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { annotationsIn } from "./annotations.ts";
import { type ClusterServiceVersion, onlyCsv } from "./csv.ts";
import { type BundleDeclarations, declareInCsv, NOTHING_DECLARED } from "./declare.ts";
import { type BundleFile, filesBelow } from "./files.ts";

/** An OLM bundle as its folders hold it (operator-registry, "Operator Bundle"). */
export interface BundlePackage {
  /** The name by which catalogs know the operator. */
  readonly packageName: string;
  readonly channels: readonly string[];
  readonly defaultChannel: string | undefined;
  readonly csv: ClusterServiceVersion;
  /** What the image is labelled with: the annotations of its metadata. */
  readonly labels: Readonly<Record<string, string>>;
  readonly files: readonly BundleFile[];
}

/**
 * Reads a bundle from its folder of manifests and, where there is one, its folder of metadata; its files then say
 * what the config declares of it.
 * Throws `Failed`: `bundle/no-folder`, `bundle/no-csv`, `bundle/many-csvs`, `bundle/no-package`, `bundle/bad-yaml`.
 */
export async function readBundle(folders: {
  readonly manifests: string;
  readonly metadata: string | undefined;
  readonly declared?: BundleDeclarations;
}): Promise<BundlePackage> {
  const { declared = NOTHING_DECLARED, metadata } = folders;
  const { manifests, csv } = await readManifests(folders.manifests, declared);
  const files = metadata === undefined ? [] : await filesBelow(metadata, "metadata");
  const annotations = annotationsIn({ folder: metadata, files, declared: declared.annotations }, csv);
  const tests = metadata === undefined ? [] : await testsBeside(metadata, annotations.labels);
  return {
    ...annotations.package,
    csv,
    labels: annotations.labels,
    files: [...manifests, ...annotations.files, ...tests],
  };
}

async function readManifests(folder: string, declared: BundleDeclarations) {
  const manifests = await filesBelow(folder, "manifests");
  const found = onlyCsv(manifests, folder);
  const said = manifests.map((one) => (one.file === found.file ? declareInCsv(one, found, declared) : one));
  return { manifests: said, csv: onlyCsv(said, folder) };
}

/** The scorecard's configuration, which operator-sdk puts beside the metadata and names in a label. */
async function testsBeside(metadata: string, labels: Readonly<Record<string, string>>): Promise<readonly BundleFile[]> {
  const path = labels["operators.operatorframework.io.test.config.v1"]?.replace(/\/+$/, "");
  if (path === undefined || path === "") return [];
  const folder = join(dirname(metadata), path);
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() ? filesBelow(folder, path) : [];
}
