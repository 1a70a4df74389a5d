import { Failed } from "../failure/index.ts";
import { readManifest } from "./document.ts";
import { type BundleFile, isManifest, textOf } from "./files.ts";

/** What is needed of OLM's description of one version of an operator. */
export interface ClusterServiceVersion {
  readonly file: string;
  /** `metadata.name`: `operator.v1.2.1`. */
  readonly name: string;
  readonly version: string | undefined;
  readonly replaces: string | undefined;
}

/** The one of a bundle's manifests. Throws `Failed`: `bundle/no-csv`, `bundle/many-csvs`. */
export function onlyCsv(manifests: readonly BundleFile[], folder: string): ClusterServiceVersion {
  const [first, second] = manifests.filter(isManifest).flatMap(csvsIn);
  if (first === undefined) throw noCsv(folder);
  if (second !== undefined) throw manyCsvs(first, second);
  return first;
}

function csvsIn(manifest: BundleFile): readonly ClusterServiceVersion[] {
  const { documents } = readManifest(textOf(manifest), manifest.file);
  return documents
    .filter((document) => document.get("kind") === "ClusterServiceVersion")
    .map((document) => ({
      file: manifest.file,
      name: String(document.getIn(["metadata", "name"]) ?? ""),
      version: stringOr(document.getIn(["spec", "version"])),
      replaces: stringOr(document.getIn(["spec", "replaces"])),
    }));
}

const stringOr = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);

function noCsv(folder: string): Failed {
  return new Failed({
    code: "bundle/no-csv",
    class: "usage",
    message: `No manifest in ${folder} is a ClusterServiceVersion`,
    hint: "Point manifests at the folder of one version, such as packagemanifests/1.2.1",
  });
}

function manyCsvs(first: ClusterServiceVersion, second: ClusterServiceVersion): Failed {
  return new Failed({
    code: "bundle/many-csvs",
    class: "usage",
    message: `A bundle has one ClusterServiceVersion, but both ${first.file} and ${second.file} are one`,
    hint: "Keep each version in a folder of its own",
  });
}
