import { type Document, isNode } from "yaml";
import type { Place } from "../failure/index.ts";
import { fieldOf } from "../json/index.ts";
import { type ManifestText, readManifest } from "./document.ts";
import { type BundleFile, textOf } from "./files.ts";

/** The way to a value of an object: keys and indexes from its root on. */
export type ObjectPath = readonly (string | number)[];

/** One document of a bundle's file. */
export interface BundleObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** `metadata.name`; empty where it has none. */
  readonly name: string;
  at(...path: ObjectPath): unknown;
  /** A list; what is none reads as an empty one. */
  listAt(...path: ObjectPath): readonly unknown[];
  /** A string with something in it. */
  textAt(...path: ObjectPath): string | undefined;
  /** Where a value stands in the file on disk, or what it would be part of; undefined where nothing is on disk. */
  placeOf(...path: ObjectPath): Place | undefined;
}

/** The documents of files, in their order. Throws `Failed` (`bundle/bad-yaml`) with the place. */
export const objectsIn = (files: readonly BundleFile[]): readonly BundleObject[] => files.flatMap(objectsOf);

function objectsOf(file: BundleFile): readonly BundleObject[] {
  const onDisk = readManifest(Buffer.from(file.onDisk ?? file.bytes).toString("utf8"), file.file);
  return readManifest(textOf(file), file.file).documents.flatMap((document, index) =>
    document.contents === null ? [] : [objectOf(document, onDisk, index)],
  );
}

function objectOf(document: Document.Parsed, onDisk: ManifestText, index: number): BundleObject {
  const value: unknown = document.toJS();
  const at = (...path: ObjectPath) => valueAt(value, path);
  const text = (...path: ObjectPath) => {
    const found = at(...path);
    return found === undefined || found === null ? "" : String(found);
  };
  return {
    apiVersion: text("apiVersion"),
    kind: text("kind"),
    name: text("metadata", "name"),
    at,
    listAt: (...path) => {
      const found = at(...path);
      return Array.isArray(found) ? (found as readonly unknown[]) : [];
    },
    textAt: (...path) => text(...path) || undefined,
    placeOf: (...path) => placeIn(onDisk, index, path),
  };
}

function valueAt(value: unknown, path: ObjectPath): unknown {
  let found = value;
  for (const part of path) found = fieldOf(found, String(part));
  return found;
}

function placeIn(manifest: ManifestText, index: number, path: ObjectPath): Place | undefined {
  const document = manifest.documents[index];
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document?.getIn(path.slice(0, length), true);
    if (isNode(node)) return manifest.placeOf(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
  }
  const contents = document?.contents;
  return contents ? manifest.placeOf(contents.range[0], contents.range[1]) : undefined;
}
