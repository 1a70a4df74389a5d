import { Failed } from "../failure/index.ts";
import type { ClusterServiceVersion } from "./csv.ts";
import { readManifest } from "./document.ts";
import { type BundleFile, textOf } from "./files.ts";

const PREFIX = "operators.operatorframework.io.bundle";
const PACKAGE = `${PREFIX}.package.v1`;
const CHANNELS = `${PREFIX}.channels.v1`;
const DEFAULT_CHANNEL = `${PREFIX}.channel.default.v1`;

/** What every bundle of this form says of itself. */
const FORM: Readonly<Record<string, string>> = {
  [`${PREFIX}.mediatype.v1`]: "registry+v1",
  [`${PREFIX}.manifests.v1`]: "manifests/",
  [`${PREFIX}.metadata.v1`]: "metadata/",
};

/** The channel of operator-sdk for a bundle that names none. */
const USUAL_CHANNEL = "alpha";

interface Annotations {
  readonly package: {
    readonly packageName: string;
    readonly channels: readonly string[];
    readonly defaultChannel: string | undefined;
  };
  readonly labels: Readonly<Record<string, string>>;
  readonly files: readonly BundleFile[];
}

/**
 * The annotations of a bundle, which are also the labels of its image. A bundle without metadata gets what follows
 * from its ClusterServiceVersion. Throws `Failed` (`bundle/no-package`) where the metadata names no package.
 */
export function annotationsIn(
  metadata: readonly BundleFile[],
  csv: ClusterServiceVersion,
  folder: string | undefined,
): Annotations {
  if (folder === undefined) return madeFor(csv);
  const file = metadata.find(({ path }) => /^metadata\/annotations\.ya?ml$/.test(path));
  const declared = file === undefined ? {} : declaredIn(file);
  const labels = { ...FORM, ...declared };
  if (labels[PACKAGE] === undefined) throw noPackage(folder);
  return { package: packageOf(labels, labels[PACKAGE]), labels, files: metadata };
}

function madeFor(csv: ClusterServiceVersion): Annotations {
  const labels = { ...FORM, [PACKAGE]: csv.name.replace(/\.v?\d.*$/, ""), [CHANNELS]: USUAL_CHANNEL };
  const lines = Object.entries(labels).map(([key, value]) => `  ${key}: ${value}\n`);
  const bytes = Buffer.from(`annotations:\n${lines.join("")}`);
  const file: BundleFile = { path: "metadata/annotations.yaml", file: csv.file, bytes };
  return { package: packageOf(labels, labels[PACKAGE] ?? ""), labels, files: [file] };
}

function declaredIn(file: BundleFile): Readonly<Record<string, string>> {
  const [document] = readManifest(textOf(file), file.file).documents;
  const { annotations = {} } = (document?.toJS() ?? {}) as { annotations?: Readonly<Record<string, unknown>> };
  const entries = Object.entries(annotations ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value ?? "")]));
}

function packageOf(labels: Readonly<Record<string, string>>, packageName: string): Annotations["package"] {
  const channels = (labels[CHANNELS] ?? "").split(",").map((channel) => channel.trim());
  return {
    packageName,
    channels: channels.filter((channel) => channel !== ""),
    defaultChannel: labels[DEFAULT_CHANNEL],
  };
}

function noPackage(folder: string): Failed {
  return new Failed({
    code: "bundle/no-package",
    class: "usage",
    message: `The metadata in ${folder} does not name the package of the bundle`,
    hint: `Add ${PACKAGE} below "annotations:" in annotations.yaml, or leave metadata out of the config`,
  });
}
