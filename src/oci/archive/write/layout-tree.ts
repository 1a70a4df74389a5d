import type { Digest } from "../../digest.ts";
import { contentsOf, isManifestType } from "../../layout/contents.ts";
import type { ReadableLayout } from "../../layout/reading.ts";
import type { Descriptor } from "../../manifest.ts";
import { digestTags } from "../../referrers/digest-tags.ts";

/** All that belongs to an image in a layout. */
export interface LayoutTree {
  readonly repository: string;
  /** Manifests and blobs that are there, each once. */
  readonly blobs: readonly Descriptor[];
  /** Manifests and blobs that it names and the layout has not. */
  readonly missing: readonly Descriptor[];
  /** What refers to it: signatures and the like, with the tags by which they are found. */
  readonly referrers: readonly { readonly manifest: Descriptor; readonly tags: readonly string[] }[];
}

/** Walks through an image, what refers to it, and what refers to that. */
export async function layoutTree(layout: ReadableLayout, repository: string, root: Digest): Promise<LayoutTree> {
  const blobs = new Map<Digest, Descriptor>();
  const missing = new Map<Digest, Descriptor>();
  const referrers: { manifest: Descriptor; tags: readonly string[] }[] = [];

  async function visit(part: Descriptor): Promise<void> {
    if (blobs.has(part.digest) || missing.has(part.digest)) return;
    const size = await layout.blobSize(part.digest);
    if (size === undefined) return void missing.set(part.digest, part);
    blobs.set(part.digest, part);
    if (!isManifestType(part.mediaType)) return;
    const contents = contentsOf(await layout.readManifest(part), part.mediaType, part.digest);
    for (const below of [...contents.manifests, ...contents.blobs]) await visit(below);
    await visitReferrers(part.digest);
  }

  async function visitReferrers(subject: Digest): Promise<void> {
    for (const { mediaType, digest, size } of await layout.referrers(repository, subject)) {
      if (!blobs.has(digest)) referrers.push({ manifest: { mediaType, digest, size }, tags: [] });
      await visit({ mediaType, digest, size });
    }
    for (const tag of digestTags(subject)) {
      const manifest = await layout.resolve(repository, tag);
      if (manifest === undefined) continue;
      referrers.push({ manifest, tags: [tag] });
      await visit(manifest);
    }
  }

  const found = await layout.resolve(repository, root);
  if (found !== undefined) await visit(found);
  return { repository, blobs: [...blobs.values()], missing: [...missing.values()], referrers };
}
