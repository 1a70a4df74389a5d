import type { Digest } from "../digest.ts";
import type { Manifest } from "../manifest.ts";
import { isImageType } from "../media-types.ts";
import type { ImageTree } from "../transfer/tree.ts";
import type { Referrer } from "./referrer.ts";

/** What of an image may be referred to. */
export interface Subjects {
  readonly root: Digest;
  /** The images of an index, without attestations; none where the root is an image itself. */
  readonly platforms: readonly Digest[];
  /** All manifests that are as they were at the source. */
  readonly all: readonly Digest[];
}

/** The subjects in an image, without the manifests that were made by trimming: nobody can refer to those yet. */
export function subjectsOf({ root, levels }: ImageTree, made: ReadonlySet<Digest>): Subjects {
  const manifests = [root, ...levels.flat()];
  return {
    root: root.digest,
    platforms: [...new Set(manifests.flatMap(platformsOf))],
    all: manifests.map(({ digest }) => digest).filter((digest) => !made.has(digest)),
  };
}

/** True where a signature holds for the image as a whole, or one for each of its platforms. */
export function isSigned({ root, platforms }: Pick<Subjects, "root" | "platforms">, by: readonly Referrer[]): boolean {
  const signed = new Set(by.filter(({ kind }) => kind === "signature").map(({ subject }) => subject));
  return signed.has(root) || (platforms.length > 0 && platforms.every((digest) => signed.has(digest)));
}

function platformsOf(manifest: Manifest): Digest[] {
  if (manifest.kind === "image") return [];
  return manifest.manifests
    .filter(({ mediaType, platform }) => isImageType(mediaType) && platform?.os !== "unknown")
    .map(({ digest }) => digest);
}
