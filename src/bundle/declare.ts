import { isMap } from "yaml";
import type { ClusterServiceVersion } from "./csv.ts";
import { type FindMap, setEntries } from "./edit.ts";
import { type BundleFile, textOf, withText } from "./files.ts";

/** What a config says of a bundle; it wins over what its files say. */
export interface BundleDeclarations {
  /** Annotations of the bundle, which are also labels of its image. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Annotations of the ClusterServiceVersion. */
  readonly csvAnnotations: Readonly<Record<string, string>>;
  /** Sets `spec.version`, and the name with it. */
  readonly version: string | undefined;
  /** The version that this one replaces: sets `spec.replaces`. */
  readonly replaces: string | undefined;
}

export const NOTHING_DECLARED: BundleDeclarations = {
  annotations: {},
  csvAnnotations: {},
  version: undefined,
  replaces: undefined,
};

/** The file of a ClusterServiceVersion, saying what the config says. */
export function declareInCsv(file: BundleFile, csv: ClusterServiceVersion, declared: BundleDeclarations): BundleFile {
  const { version, replaces, csvAnnotations } = declared;
  // `operator.v1.2.1`: what stands before the version names the operator in all its versions.
  const named = (number: string) => `${csv.name.replace(/\.v?\d.*$/, "")}.v${number}`;
  const metadata = version === undefined ? {} : { name: named(version) };
  const spec = {
    ...(version !== undefined && { version }),
    ...(replaces !== undefined && { replaces: named(replaces) }),
  };
  const sections = [
    [["metadata"], metadata],
    [["metadata", "annotations"], csvAnnotations],
    [["spec"], spec],
  ] as const;
  const text = sections.reduce(
    (edited, [path, entries]) => setEntries(edited, file.file, mapAt(path), entries),
    textOf(file),
  );
  return withText(file, text);
}

const mapAt =
  (path: readonly string[]): FindMap =>
  ({ documents }) => {
    const csv = documents.find((document) => document.get("kind") === "ClusterServiceVersion");
    const map: unknown = csv?.getIn(path, true);
    return isMap(map) ? map : undefined;
  };
