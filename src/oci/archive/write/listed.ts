import type { Digest } from "../../digest.ts";
import type { Catalogue, Repository } from "../../layout/catalogue.ts";
import type { Contents } from "../../layout/contents.ts";
import type { Descriptor } from "../../manifest.ts";

/**
 * A catalogue without the manifests that are only children of others: an index.json lists what has a name of its own,
 * and what refers to it.
 */
export async function listedOnly(
  catalogue: Catalogue,
  contentsOf: (manifest: Descriptor) => Promise<Contents | undefined>,
): Promise<Catalogue> {
  const repositories = new Map<string, Repository>();
  for (const [name, { manifests, tags }] of catalogue.repositories) {
    const children = new Set<Digest>();
    for (const manifest of manifests.values()) {
      for (const child of (await contentsOf(manifest))?.manifests ?? []) children.add(child.digest);
    }
    const tagged = new Set(tags.values());
    const listed = [...manifests].filter(([digest]) => tagged.has(digest) || !children.has(digest));
    repositories.set(name, { manifests: new Map(listed), tags });
  }
  return { ...catalogue, repositories };
}
