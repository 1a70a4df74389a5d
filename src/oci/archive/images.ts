import type { Digest } from "../digest.ts";
import type { Catalogue } from "../layout/catalogue.ts";
import { contentsOf } from "../layout/contents.ts";
import type { ReadableLayout } from "../layout/reading.ts";
import type { Descriptor } from "../manifest.ts";
import { isDigestTag } from "./notes.ts";

/** An image that an archive has under a name. */
export interface ArchivedImage {
  readonly repository: string;
  /** Undefined where it is there by its digest alone. */
  readonly tag: string | undefined;
  readonly manifest: Descriptor;
}

/** The images that an index names, sorted, without what only refers to images (signatures and the like). */
export async function imagesIn(
  catalogues: readonly Catalogue[],
  layout: Pick<ReadableLayout, "readManifest" | "blobSize">,
): Promise<ArchivedImage[]> {
  const images = new Map<string, ArchivedImage>();
  for (const { repositories } of catalogues) {
    for (const [repository, { manifests, tags }] of repositories) {
      const named = new Set<Digest>(tags.values());
      for (const [tag, digest] of tags) {
        const manifest = manifests.get(digest);
        if (manifest === undefined || isDigestTag(tag)) continue;
        images.set(`${repository}:${tag}`, { repository, tag, manifest });
      }
      for (const [digest, manifest] of manifests) {
        if (named.has(digest) || (await subjectOf(manifest, layout)) !== undefined) continue;
        images.set(`${repository}@${digest}`, { repository, tag: undefined, manifest });
      }
    }
  }
  return [...images].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image);
}

async function subjectOf(
  manifest: Descriptor,
  layout: Pick<ReadableLayout, "readManifest" | "blobSize">,
): Promise<Digest | undefined> {
  if ((await layout.blobSize(manifest.digest)) === undefined) return undefined;
  return contentsOf(await layout.readManifest(manifest), manifest.mediaType, manifest.digest).subject;
}

/** `repository:tag`, or `repository@digest`. */
export const nameOf = ({ repository, tag, manifest }: ArchivedImage): string =>
  tag === undefined ? `${repository}@${manifest.digest}` : `${repository}:${tag}`;
