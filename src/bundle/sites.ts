import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import { Failed, type Place } from "../failure/index.ts";
import { isHost, parseReference } from "../oci/index.ts";
import { type ManifestText, readManifest } from "./document.ts";
import { decodeScalar } from "./scalar.ts";

/** A place in a manifest where a reference to an image stands. */
export interface Site {
  readonly reference: string;
  readonly place: Place;
  /** The way to it through the manifest: `spec.relatedImages[0].image`. */
  readonly path: string;
  /** `declared`: the key says that it is an image; `likely`: the value alone looks like one. */
  readonly certainty: "declared" | "likely";
  /** What its image is called there: the container's name, or the variable's without `RELATED_IMAGE_`. */
  readonly owner: string | undefined;
  /** The part of the text that is the reference and nothing else, quotes left out. */
  readonly start: number;
  readonly end: number;
}

/** A value of a manifest, with its keys and indexes from the root on. */
interface Visited {
  readonly node: Node;
  /** What it says, where that is a string and not empty. */
  readonly text: string | undefined;
  readonly path: readonly (string | number)[];
  /** The map it is an entry of. */
  readonly siblings: ReadonlyMap<string, unknown>;
}

/** Every place of a manifest where a reference stands, in the order of the text. Throws `Failed` for bad YAML. */
export function sitesOf(text: string, file: string): readonly Site[] {
  const manifest = readManifest(text, file);
  const found = manifest.documents.flatMap((document) =>
    [...valuesIn(document)].flatMap((value) => sitesAt(value, manifest)),
  );
  return found.sort((a, b) => a.start - b.start);
}

function sitesAt(value: Visited, manifest: ManifestText): readonly Site[] {
  const key = value.path.at(-1);
  if (key === "alm-examples" && value.path.at(-2) === "annotations") return sitesInExamples(value, manifest);
  const reference = value.text;
  const certainty = reference === undefined ? undefined : certaintyOf(value, reference);
  if (reference === undefined || certainty === undefined) return [];
  const [start, end] = innerRange(value.node, manifest.text);
  const [place, path] = [manifest.placeOf(start, end), formatPath(value.path)];
  return [{ reference, place, path, certainty, owner: ownerOf(value), start, end }];
}

function ownerOf({ path, siblings }: Visited): string | undefined {
  const name = siblings.get("name");
  if (typeof name !== "string" || name === "") return undefined;
  if (path.at(-1) === "image") return name;
  return name.startsWith(VARIABLE) ? name.slice(VARIABLE.length).toLowerCase() : undefined;
}

const VARIABLE = "RELATED_IMAGE_";

/** Where a manifest of a bundle names images, by structure (OLM's ClusterServiceVersion and pod specs). */
function certaintyOf({ path, siblings }: Visited, value: string): Site["certainty"] | undefined {
  const [key, index, list] = [path.at(-1), path.at(-2), path.at(-3)];
  const inList = typeof index === "number";
  if (key === "image" && inList && IMAGE_LISTS.has(String(list))) return "declared";
  if (key === "containerImage" && index === "annotations") return "declared";
  if (key === "value" && inList && list === "env") {
    const name = siblings.get("name");
    if (typeof name === "string" && name.startsWith(VARIABLE)) return "declared";
    return looksLikeReference(value) ? "likely" : undefined;
  }
  if (index === "annotations" && looksLikeReference(value)) return "likely";
  return undefined;
}

const IMAGE_LISTS = new Set(["containers", "initContainers", "ephemeralContainers", "relatedImages"]);

/**
 * The annotation `alm-examples` is JSON inside a string of YAML. Its places are told in the text of the manifest,
 * so that an image there can be replaced without touching anything else. JSON is read as the YAML that it is.
 */
function sitesInExamples({ node, path }: Visited, manifest: ManifestText): readonly Site[] {
  if (!isScalar(node) || typeof node.value !== "string") return [];
  const [from, to] = node.range ?? [0, 0];
  checkJson(node.value, manifest, from, to);
  const json = decodeScalar(manifest.text, node);
  const inner = readManifest(json.text, manifest.file);
  return inner.documents.flatMap((document) =>
    [...valuesIn(document)].flatMap((value) => {
      const reference = value.text;
      const declared = /image$/i.test(String(value.path.at(-1)));
      if (reference === undefined || !(declared ? isReference(reference) : looksLikeReference(reference))) return [];
      const [start, end] = innerRange(value.node, json.text).map((offset) => json.offsetOf(offset));
      if (start === undefined || end === undefined) return [];
      const place = manifest.placeOf(start, end);
      const whole = `${formatPath(path)}: ${formatPath(value.path)}`;
      const certainty = declared ? "declared" : "likely";
      return [{ reference, place, path: whole, certainty, owner: undefined, start, end } as const];
    }),
  );
}

function checkJson(text: string, manifest: ManifestText, start: number, end: number): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Failed(
      {
        code: "bundle/bad-examples",
        class: "usage",
        message: `The annotation alm-examples in ${manifest.file} is not JSON: ${(error as Error).message}`,
        hint: "Correct the JSON: a comma behind the last entry is the usual mistake",
        place: manifest.placeOf(start, end),
      },
      { cause: error },
    );
  }
}

function* valuesIn(document: Document.Parsed): Generator<Visited> {
  for (const value of valuesOf(document.contents, [], new Map()))
    yield { ...value, text: textOf(value.node, document) };
}

function* valuesOf(
  node: unknown,
  path: readonly (string | number)[],
  siblings: ReadonlyMap<string, unknown>,
): Generator<Omit<Visited, "text">> {
  if (isMap(node)) {
    const entries = new Map(
      node.items.map((pair) => [keyOf(pair), isScalar(pair.value) ? pair.value.value : undefined]),
    );
    for (const pair of node.items) yield* valuesOf(pair.value, [...path, keyOf(pair)], entries);
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* valuesOf(item, [...path, index], new Map());
  } else if (isScalar(node) || isAlias(node)) {
    yield { node, path, siblings };
  }
}

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

/** The string a node stands for; an alias stands for what it names. */
function textOf(node: Node, document: Document.Parsed): string | undefined {
  const scalar: unknown = isAlias(node) ? node.resolve(document) : node;
  const value = isScalar(scalar) ? scalar.value : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What to replace: the content of a scalar without its quotes, or an alias whole. */
function innerRange(node: Node, text: string): readonly [number, number] {
  const [start, end] = node.range ?? [0, 0];
  const quoted = isScalar(node) && isQuoted(node);
  if (quoted) return [start + 1, end - 1];
  return [start, start + text.slice(start, end).trimEnd().length];
}

const isQuoted = ({ type }: Scalar): boolean => type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";

/** True for a text that is written as references are. */
export function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** A value that nobody calls an image has to show more: a path, and a tag or digest. */
function looksLikeReference(text: string): boolean {
  if (!text.includes("/") || !isReference(text)) return false;
  const { tag, digest } = parseReference(text);
  const [first = ""] = text.split("/", 1);
  return (tag !== undefined || digest !== undefined) && (isHost(first) || !first.includes(":"));
}

function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}
