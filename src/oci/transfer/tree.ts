import { Failed } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor, Manifest } from "../manifest.ts";
import { isImageType, isIndexType } from "../media-types.ts";
import { formatPlatform } from "../platform.ts";

/** Everything that one image is made of. */
export interface ImageTree {
  readonly root: Manifest;
  /** The manifests below the root, in groups: each group needs only those before it. */
  readonly levels: readonly (readonly Manifest[])[];
  /** Each blob once, the largest first. */
  readonly blobs: readonly Descriptor[];
  /** As the index names them. */
  readonly platforms: readonly string[];
}

const DEEPEST = 8;

/**
 * Reads all manifests below a root, those beside each other at once; of a sparse index, the children that are kept;
 * foreign layers only where they are to be copied.
 */
export async function loadTree(
  root: Manifest,
  load: (digest: Digest) => Promise<Manifest>,
  keeps: (digest: Digest) => boolean = () => true,
  foreign: "skip" | "copy" = "skip",
): Promise<ImageTree> {
  const blobs = new Map<Digest, Descriptor>();
  const platforms = new Set<string>();
  const depths = new Map<Digest, { readonly manifest: Manifest; readonly depth: number }>();
  let current = [root];
  for (let depth = 0; current.length > 0; depth++) {
    if (depth > DEEPEST) throw tooDeep(root.digest);
    const children = new Map<Digest, Descriptor>();
    for (const manifest of current) {
      // One that is needed at several depths is pushed for the deepest.
      if (manifest !== root) depths.set(manifest.digest, { manifest, depth });
      for (const blob of blobsOf(manifest, foreign)) blobs.set(blob.digest, blob);
      for (const child of childrenOf(manifest)) {
        if (keeps(child.digest)) children.set(child.digest, child);
      }
      for (const platform of platformsIn(manifest)) platforms.add(platform);
    }
    current = await Promise.all([...children.keys()].map(load));
  }
  return {
    root,
    levels: levelsOf([...depths.values()]),
    blobs: [...blobs.values()].sort((a, b) => b.size - a.size),
    platforms: [...platforms],
  };
}

/** The platforms that an index names; attestations are for none. */
export function platformsIn(manifest: Manifest): string[] {
  const named = childrenOf(manifest).flatMap(({ platform }) => (platform === undefined ? [] : [platform]));
  return [...new Set(named.filter(({ os }) => os !== "unknown").map(formatPlatform))];
}

/** Config and layers; and what an index holds that is no manifest, as BuildKit's cache does. */
function blobsOf(manifest: Manifest, foreign: "skip" | "copy"): readonly Descriptor[] {
  switch (manifest.kind) {
    case "image":
      return [manifest.config, ...manifest.layers].filter((blob) => foreign === "copy" || !isForeign(blob));
    case "index":
      return manifest.manifests.filter(({ mediaType }) => !isIndexType(mediaType) && !isImageType(mediaType));
  }
}

function childrenOf(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind === "image") return [];
  return manifest.manifests.filter(({ mediaType }) => isIndexType(mediaType) || isImageType(mediaType));
}

/** A layer that registries need not hold: it is had from elsewhere, and may be passed on by whoever has the right to. */
export function isForeign({ mediaType, urls }: Descriptor): boolean {
  return (urls !== undefined && urls.length > 0) || /nondistributable|\.foreign\./.test(mediaType);
}

function levelsOf(nodes: readonly { readonly manifest: Manifest; readonly depth: number }[]): Manifest[][] {
  const levels: Manifest[][] = [];
  for (const { manifest, depth } of nodes) {
    const level = levels[depth - 1] ?? [];
    level.push(manifest);
    levels[depth - 1] = level;
  }
  return levels.reverse();
}

function tooDeep(digest: Digest): Failed {
  return new Failed({
    code: "oci/bad-manifest",
    class: "permanent",
    message: `The index ${digest} holds indexes more than ${DEEPEST} deep`,
  });
}
