import type { Config, Image, Target } from "../config/index.ts";
import type { Digest, Reference } from "../oci/index.ts";
import { waysOf } from "../registries/index.ts";
import type { Pins } from "../release/index.ts";
import { destinationOf, tagOf } from "./naming.ts";

/** An image by the name it has where it comes from, and by the name under which users pull it from a target. */
export interface RelocatedImage {
  readonly image: string;
  readonly from: Reference;
  readonly to: Reference;
}

/**
 * The images of a target by both their names, in the order of the config; images that are built here have but one,
 * and those whose version is not known (yet) have none, so both are left out.
 */
export function relocationsOf(config: Config, target: Target, pins: Pins): readonly RelocatedImage[] {
  const registry = config.registries.get(target.registry);
  if (registry === undefined) throw new Error(`no registry ${target.registry}`);
  return target.entries.flatMap((entry) => {
    const image = config.images.get(entry.image);
    if (image === undefined || image.origin.kind !== "upstream") return [];
    const destination = destinationOf(config, target.registry, entry, pins);
    const [tag, digest] = [tagOf(image, pins), digestOf(image)];
    if ((tag === undefined && digest === undefined) || (destination.tag === undefined && digest === undefined))
      return [];
    const { host, repository } = image.origin;
    const at = waysOf(registry).publicName(destination);
    const to = { ...at, tag: destination.tag, digest: destination.tag === undefined ? digest : undefined };
    return [{ image: entry.image, from: { host, repository, tag, digest }, to }];
  });
}

const digestOf = ({ version }: Image): Digest | undefined =>
  version.kind === "digest" ? (version.digest as Digest) : undefined;
