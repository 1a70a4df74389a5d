import { fieldOf, listOf } from "../../json/index.ts";
import { type BundleFile, isManifest } from "../files.ts";
import { type BundleObject, objectsIn } from "../objects.ts";
import type { BundlePackage } from "../read.ts";

/** What a catalog says of one bundle. */
export interface CatalogEntry {
  readonly packageName: string;
  /** Of its ClusterServiceVersion. */
  readonly name: string;
  readonly version: string;
  readonly replaces: string | undefined;
  readonly skips: readonly string[];
  readonly skipRange: string | undefined;
  readonly channels: readonly string[];
  readonly defaultChannel: string | undefined;
  readonly properties: readonly Property[];
  readonly relatedImages: readonly { readonly name: string; readonly image: string }[];
  readonly description: string | undefined;
  readonly icon: { readonly base64data: string; readonly mediatype: string } | undefined;
}

export interface Property {
  readonly type: string;
  readonly value: unknown;
}

/** What a catalog says of a bundle, as its files in the image have it. Throws `Failed` (`bundle/bad-yaml`). */
export function catalogEntryOf(bundle: BundlePackage, files: readonly BundleFile[]): CatalogEntry {
  const csv = objectsIn(files.filter(isManifest)).find(({ kind }) => kind === "ClusterServiceVersion");
  if (csv === undefined) throw new Error("a bundle without a ClusterServiceVersion was read");
  const icon = csv.at("spec", "icon", 0);
  const [base64data, mediatype] = [fieldOf(icon, "base64data"), fieldOf(icon, "mediatype")];
  const version = csv.textAt("spec", "version") ?? "";
  return {
    packageName: bundle.packageName,
    name: csv.name,
    version,
    replaces: csv.textAt("spec", "replaces"),
    skips: csv.listAt("spec", "skips").map(String),
    skipRange: csv.textAt("metadata", "annotations", "olm.skipRange"),
    channels: bundle.channels,
    defaultChannel: bundle.defaultChannel,
    properties: [
      { type: "olm.package", value: { packageName: bundle.packageName, version } },
      ...apis(csv, "owned", "olm.gvk"),
      ...apis(csv, "required", "olm.gvk.required"),
      ...declaredIn(files),
      { type: "olm.csv.metadata", value: metadataOf(csv) },
    ],
    relatedImages: csv.listAt("spec", "relatedImages").map((image) => ({
      name: String(fieldOf(image, "name") ?? ""),
      image: String(fieldOf(image, "image") ?? ""),
    })),
    description: csv.textAt("spec", "description"),
    icon: base64data && mediatype ? { base64data: String(base64data), mediatype: String(mediatype) } : undefined,
  };
}

/** The APIs that an operator provides, or needs. */
function apis(csv: BundleObject, list: "owned" | "required", type: string): readonly Property[] {
  const crds = csv.listAt("spec", "customresourcedefinitions", list).map((crd) => {
    const name = String(fieldOf(crd, "name") ?? "");
    return { group: name.slice(name.indexOf(".") + 1), kind: fieldOf(crd, "kind"), version: fieldOf(crd, "version") };
  });
  const served = csv.listAt("spec", "apiservicedefinitions", list).map((api) => ({
    group: fieldOf(api, "group"),
    kind: fieldOf(api, "kind"),
    version: fieldOf(api, "version"),
  }));
  return [...crds, ...served].map((value) => ({ type, value }));
}

/** What `dependencies.yaml` and `properties.yaml` of the metadata say. */
function declaredIn(files: readonly BundleFile[]): readonly Property[] {
  const named = (name: string) =>
    objectsIn(files.filter(({ path }) => path === `metadata/${name}.yaml` || path === `metadata/${name}.yml`));
  const dependencies = named("dependencies").flatMap((document) => document.listAt("dependencies").map(required));
  const properties = named("properties").flatMap((document) =>
    document.listAt("properties").map((one) => ({ type: String(fieldOf(one, "type")), value: fieldOf(one, "value") })),
  );
  return [...dependencies, ...properties];
}

/** A dependency of a bundle is a property of another name in a catalog. */
function required(dependency: unknown): Property {
  const type = String(fieldOf(dependency, "type"));
  const value = fieldOf(dependency, "value");
  if (type === "olm.gvk") return { type: "olm.gvk.required", value };
  if (type !== "olm.package") return { type, value };
  const [packageName, versionRange] = [fieldOf(value, "packageName"), fieldOf(value, "version")];
  return { type: "olm.package.required", value: { packageName, versionRange } };
}

/** What the console shows of a bundle without fetching it (operator-registry, `olm.csv.metadata`). */
function metadataOf(csv: BundleObject): Readonly<Record<string, unknown>> {
  const spec = (key: string) => csv.at("spec", key);
  const given = {
    annotations: csv.at("metadata", "annotations"),
    apiServiceDefinitions: spec("apiservicedefinitions") ?? {},
    crdDescriptions: spec("customresourcedefinitions") ?? {},
    description: spec("description"),
    displayName: spec("displayName"),
    installModes: spec("installModes"),
    keywords: spec("keywords"),
    labels: csv.at("metadata", "labels"),
    links: spec("links"),
    maintainers: spec("maintainers"),
    maturity: spec("maturity"),
    minKubeVersion: spec("minKubeVersion"),
    nativeAPIs: spec("nativeAPIs"),
    provider: spec("provider") ?? {},
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => !isEmpty(value)));
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && listOf(value).length === 0);
