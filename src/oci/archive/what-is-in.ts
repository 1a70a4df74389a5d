import type { Digest } from "../digest.ts";
import { emptyCatalogue } from "../layout/catalogue.ts";
import { imagesIn } from "./images.ts";
import { imagesDigest } from "./notes.ts";
import type { Archive } from "./open.ts";
import { layoutTree } from "./write/layout-tree.ts";

/** All blobs that whoever loads an archive has afterwards, and what its images are known by. */
export async function whatIsIn(archive: Archive): Promise<{
  readonly blobs: ReadonlySet<Digest>;
  readonly images: Digest;
}> {
  const blobs = new Set<Digest>(archive.blobs.keys());
  for (const { repository, manifest } of await imagesIn(archive.catalogues, archive)) {
    const tree = await layoutTree(archive, repository, manifest.digest);
    for (const { digest } of tree.missing) blobs.add(digest);
  }
  return { blobs, images: imagesDigest(archive.catalogues[0] ?? emptyCatalogue()) };
}
