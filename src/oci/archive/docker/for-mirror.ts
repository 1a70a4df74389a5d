import { rm } from "node:fs/promises";
import { join } from "node:path";
import { addManifest, emptyCatalogue, writeCatalogue } from "../../layout/catalogue.ts";
import type { ArchivedImage } from "../images.ts";
import { annotated, archiveNotes, NO_NOTES } from "../notes.ts";
import type { Archive } from "../open.ts";
import { layoutTree } from "../write/layout-tree.ts";
import { openTarFile, partialOf } from "../write/tar-file.ts";

/** Beside docker archives, an OCI layout with what docker has no use for: charts and other artifacts, and the lock. */
export const FOR_MIRROR = "for-mirror.tar";

/** Writes it where there is something to write, and otherwise sees to it that none is there from before. */
export async function writeForMirror(
  archive: Archive,
  artifacts: readonly ArchivedImage[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const file = join(folder, FOR_MIRROR);
  await Promise.all([rm(file, { force: true }), rm(partialOf(file), { force: true })]);
  if (artifacts.length === 0) return;
  const tar = await openTarFile({ file, indexRoom: ROOM * (1 + artifacts.length), signal });
  try {
    const catalogue = emptyCatalogue();
    for (const { repository, tag, manifest } of artifacts) {
      const { blobs, referrers } = await layoutTree(archive, repository, manifest.digest);
      for (const blob of blobs) await tar.put(blob, () => archive.openBlob(repository, blob, signal));
      addManifest(catalogue, repository, manifest, tag === undefined ? [] : [tag]);
      for (const { manifest: about, tags } of referrers) addManifest(catalogue, repository, about, tags);
    }
    const { lock } = archiveNotes(archive.catalogues);
    const size = lock === undefined ? undefined : archive.blobs.get(lock);
    if (lock !== undefined && size !== undefined) {
      await tar.put({ digest: lock, size }, () => archive.openBlob("", { mediaType: "", digest: lock, size }, signal));
    }
    await tar.finish(writeCatalogue({ ...catalogue, rest: annotated({ ...NO_NOTES, lock }) }));
  } catch (error) {
    await tar.close();
    throw error;
  }
}

/** In the index, for an artifact with what refers to it. */
const ROOM = 1024;
