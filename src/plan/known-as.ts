import type { Config } from "../config/index.ts";
import { parseReference } from "../oci/index.ts";
import { waysOf } from "../registries/index.ts";
import type { Pins } from "../release/index.ts";
import { destinationOf, tagOf } from "./naming.ts";

/** A name by which files of others call an image. */
export interface KnownName {
  readonly host: string;
  readonly repository: string;
  /** Undefined until a version rule has chosen it. */
  readonly tag: string | undefined;
}

/** All names of an image of the config: where it comes from, and as any target publishes it. */
export function knownAs(name: string, config: Config, pins: Pins): readonly KnownName[] {
  const image = config.images.get(name);
  if (image === undefined) throw new Error(`no image ${name}`);
  const { origin } = image;
  const upstream =
    origin.kind === "upstream" ? [{ host: origin.host, repository: origin.repository, tag: tagOf(image, pins) }] : [];
  const published = [...config.targets.values()].flatMap((target) => {
    const registry = config.registries.get(target.registry);
    if (registry === undefined) return [];
    return target.entries
      .filter((entry) => entry.image === name)
      .map((entry) => {
        const destination = destinationOf(config, target.registry, entry, pins);
        return { ...waysOf(registry).publicName(destination), tag: destination.tag };
      });
  });
  return [...upstream, ...published];
}

/**
 * The image of the config that a Dockerfile means by a reference: one of its names with its version, or the name it
 * has in the config. Undefined where it is none of them.
 */
export function imageMeantBy(text: string, config: Config, pins: Pins): string | undefined {
  const bare = /^([^/:@]+)(?::([^/:@]+))?$/.exec(text);
  const named = config.images.get(bare?.[1] ?? "");
  if (named !== undefined && (bare?.[2] === undefined || bare[2] === tagOf(named, pins))) return named.name;
  const reference = readable(text);
  if (reference === undefined) return undefined;
  const { host, repository, tag = "latest", digest } = reference;
  return [...config.images.values()].find((image) => {
    if (digest !== undefined) return image.version.kind === "digest" && image.version.digest === digest;
    return knownAs(image.name, config, pins).some(
      (known) =>
        known.host === host && known.repository === repository && (known.tag === undefined || known.tag === tag),
    );
  })?.name;
}

function readable(text: string) {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}
