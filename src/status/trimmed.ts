import type { Platform } from "../config/index.ts";
import { type Descriptor, isWanted, type Manifest, parsePlatform } from "../oci/index.ts";

/** The platforms of an image, by `os/architecture[/variant]`, and the digest of each. */
export type Parts = ReadonlyMap<string, string>;

/**
 * Whether what stands at a target is what is left of an index when only some platforms are chosen: every chosen
 * platform at its own digest, and no other.
 */
export function isTrimmedFrom(found: Manifest, parts: Parts, wanted: readonly Platform[]): boolean {
  if (found.kind !== "index") return false;
  const there = new Set(found.manifests.filter(isImage).map(({ digest }) => digest as string));
  const chosen = [...parts]
    .filter(([platform]) => isWanted(parsePlatform(platform), wanted))
    .map(([, digest]) => digest);
  return chosen.length > 0 && chosen.length === there.size && chosen.every((digest) => there.has(digest));
}

/** The platforms of an index as it is; none for an image of one platform. */
export function partsOf(manifest: Manifest): Parts {
  if (manifest.kind !== "index") return new Map();
  return new Map(
    manifest.manifests.filter(isImage).flatMap(({ platform, digest }) => {
      if (platform === undefined) return [];
      const { os, architecture, variant } = platform;
      return [[[os, architecture, ...(variant === undefined ? [] : [variant])].join("/"), digest as string] as const];
    }),
  );
}

/** Attestations stand beside the images that they are about. */
const isImage = ({ platform }: Descriptor): boolean => platform?.os !== "unknown";
