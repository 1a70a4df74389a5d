import type { ReferenceSet } from "../config/index.ts";
import { readReference } from "./compare.ts";
import type { Difference } from "./difference.ts";
import { placeOf } from "./places.ts";
import type { Site } from "./site.ts";

/** A place that names an image, and which images of the config it may be. */
export interface ImageSite {
  readonly site: Site;
  readonly images: readonly string[];
}

/**
 * Both directions between the images that a product uses and the `RELATED_IMAGE_*` of its operator: an image that none
 * of them names is not there inside an air gap, and one that nothing uses is published in vain.
 */
export function coverage(
  set: ReferenceSet,
  related: readonly ImageSite[],
  used: readonly ImageSite[],
): readonly Omit<Difference, "accepted">[] {
  const [named, wanted] = [new Set(related.flatMap(identities)), new Set(used.flatMap(identities))];
  const uncovered = used.filter((one) => !identities(one).some((identity) => named.has(identity)));
  const unused = related.filter((one) => !identities(one).some((identity) => wanted.has(identity)));
  return [
    ...uncovered.map(({ site }) => difference("uncovered", set, site)),
    ...unused.map(({ site }) => difference("unused", set, site)),
  ];
}

/** An image of the config, or else the repository: the same image may be named in several ways. */
function identities({ site, images }: ImageSite): readonly string[] {
  const reference = readReference(site.text);
  const repository = reference === undefined ? site.text : `${reference.host}/${reference.repository}`;
  return [...images.map((image) => `image ${image}`), repository];
}

function difference(kind: "uncovered" | "unused", set: ReferenceSet, site: Site): Omit<Difference, "accepted"> {
  const { file, piece, text } = site;
  const why = kind === "uncovered" ? "only a person can choose its name" : "only a person can tell what it is for";
  return {
    kind,
    set: set.name,
    place: placeOf(file, piece.start, piece.end),
    file,
    way: site.related ?? site.way,
    found: text,
    declared: undefined,
    fix: { kind: "impossible", why },
  };
}
