import { isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import type { ManifestText } from "./document.ts";
import { readManifest } from "./document.ts";
import { applyEdit, atLineEnd, columnOf, type Edit, endOfNode, insertEntry, lineEnd, scalar } from "./edit.ts";
import type { FoundReference } from "./references.ts";

/** An entry of `spec.relatedImages`: what a cluster without internet has to be given. */
export interface RelatedImage {
  readonly name: string;
  readonly image: string;
}

/**
 * Names for all images in use that the list does not have yet, each image once, as operator-manifest-tools names
 * them: by the container, by the variable without `RELATED_IMAGE_`, and otherwise by the repository. A name that is
 * taken by another image gets a number.
 */
export function missingImages(
  used: readonly Pick<FoundReference, "reference" | "owner">[],
  listed: readonly RelatedImage[],
): readonly RelatedImage[] {
  const images = new Set(listed.map(({ image }) => image));
  const names = new Set(listed.map(({ name }) => name));
  const missing: RelatedImage[] = [];
  for (const { reference: image, owner } of used) {
    if (images.has(image)) continue;
    const name = freeName(owner ?? repositoryName(image), names);
    images.add(image);
    names.add(name);
    missing.push({ name, image });
  }
  return missing;
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  return name;
}

/** `mysql` of `docker.io/library/mysql@sha256:…`. */
function repositoryName(image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return last.replace(/[@:].*$/, "");
}

/** A ClusterServiceVersion whose `spec.relatedImages` has all images in use; the rest of its text stays. */
export function withRelatedImages(
  text: string,
  file: string,
  used: readonly Pick<FoundReference, "reference" | "owner">[],
): string {
  const manifest = readManifest(text, file);
  const csv = manifest.documents.find((document) => document.get("kind") === "ClusterServiceVersion");
  const spec: unknown = csv?.get("spec", true);
  if (!isMap(spec)) return text;
  const list: unknown = spec.get("relatedImages", true);
  const listed = isSeq(list) ? imagesIn(list) : [];
  const missing = missingImages(used, listed);
  if (missing.length === 0) return text;
  return applyEdit(
    text,
    isSeq(list) && list.items.length > 0 ? added(manifest, list, missing) : made(manifest, spec, missing),
  );
}

function imagesIn(list: YAMLSeq): readonly RelatedImage[] {
  return list.items.flatMap((item) =>
    isMap(item) ? [{ name: String(item.get("name") ?? ""), image: String(item.get("image") ?? "") }] : [],
  );
}

function made(manifest: ManifestText, spec: YAMLMap, images: readonly RelatedImage[]): Edit {
  const block = ["relatedImages:", ...images.flatMap(linesOf)];
  const flow = `"relatedImages": [${images.map(flowOf).join(", ")}]`;
  const empty = spec.items.find(({ key }) => isScalar(key) && key.value === "relatedImages");
  if (empty === undefined) return insertEntry(manifest, spec, { key: "relatedImages", block, flow });
  // `relatedImages: []`, or nothing behind the colon.
  const start = isScalar(empty.key) ? (empty.key.range?.[1] ?? 0) : 0;
  const end = Math.max(manifest.text.indexOf(":", start) + 1, endOfNode(empty.value));
  return { start, end, text: `: [${images.map(flowOf).join(", ")}]` };
}

function added({ text }: ManifestText, list: YAMLSeq, images: readonly RelatedImage[]): Edit {
  if (list.flow === true) {
    const end = endOfNode(list.items.at(-1));
    return { start: end, end, text: images.map((image) => `, ${flowOf(image)}`).join("") };
  }
  const indent = " ".repeat(columnOf(text, list.range?.[0] ?? 0));
  const lines = images.flatMap(linesOf).map((line) => `${indent}${line}`);
  return atLineEnd(text, endOfNode(list), lines.join(lineEnd(text)));
}

const linesOf = ({ name, image }: RelatedImage): string[] => [`- image: ${image}`, `  name: ${scalar(name)}`];

const flowOf = ({ name, image }: RelatedImage): string =>
  `{"image": ${JSON.stringify(image)}, "name": ${JSON.stringify(name)}}`;
