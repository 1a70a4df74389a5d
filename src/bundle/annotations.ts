import { isMap } from "yaml";
import { Failed } from "../failure/index.ts";
import type { ClusterServiceVersion } from "./csv.ts";
import { readManifest } from "./document.ts";
import { type FindMap, scalar, setEntries } from "./edit.ts";
import { type BundleFile, textOf, withText } from "./files.ts";

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

/** Where annotations come from: a folder of metadata or none, and what the config says beside it. */
export interface MetadataSource {
  readonly folder: string | undefined;
  readonly files: readonly BundleFile[];
  /** These win over what the folder says. */
  readonly declared: Readonly<Record<string, string>>;
}

/**
 * The annotations of a bundle, which are also the labels of its image: annotations.yaml is written to say all of
 * them. A bundle without metadata gets what follows from its ClusterServiceVersion.
 * Throws `Failed` (`bundle/no-package`) where the metadata names no package.
 */
export function annotationsIn({ folder, files, declared }: MetadataSource, csv: ClusterServiceVersion): Annotations {
  const given = files.find(({ path }) => /^metadata\/annotations\.ya?ml$/.test(path));
  const file = given === undefined ? madeFor(csv, folder, declared) : completed(given, declared);
  const labels = declaredIn(file);
  if (labels[PACKAGE] === undefined) throw noPackage(folder ?? csv.file);
  return {
    package: packageOf(labels, labels[PACKAGE]),
    labels,
    files: given === undefined ? [...files, file] : files.map((one) => (one === given ? file : one)),
  };
}

/** With a folder of metadata nothing is guessed: somebody has thought of a package, and did not write it down. */
function madeFor(
  csv: ClusterServiceVersion,
  folder: string | undefined,
  declared: Readonly<Record<string, string>>,
): BundleFile {
  const guessed = { [PACKAGE]: csv.name.replace(/\.v?\d.*$/, ""), [CHANNELS]: USUAL_CHANNEL };
  const entries = Object.entries({ ...FORM, ...(folder === undefined ? guessed : {}), ...declared });
  const lines = entries.map(([key, value]) => `  ${key}: ${scalar(value)}\n`);
  const bytes = Buffer.from(`annotations:\n${lines.join("")}`);
  return { path: "metadata/annotations.yaml", file: csv.file, bytes, onDisk: Buffer.alloc(0) };
}

function completed(file: BundleFile, declared: Readonly<Record<string, string>>): BundleFile {
  const there = declaredIn(file);
  const missing = Object.entries(FORM).filter(([key]) => there[key] === undefined);
  const entries = { ...Object.fromEntries(missing), ...declared };
  return withText(file, setEntries(textOf(file), file.file, annotationsMap, entries));
}

const annotationsMap: FindMap = ({ documents }) => {
  const map: unknown = documents[0]?.get("annotations", true);
  return isMap(map) ? map : undefined;
};

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
