import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../digest.ts";
import { blobsIn } from "../../layout/blobs.ts";
import { readCatalogue } from "../../layout/catalogue.ts";
import { collectGarbage } from "../../layout/collect.ts";
import { replaceFile } from "../../layout/disk.ts";
import { explained } from "../../layout/failures.ts";
import { checkFolder, prepareFolder, uploadsIn } from "../../layout/folder.ts";
import { readingOf } from "../../layout/reading.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { putOnce } from "./put-once.ts";

/**
 * An archive in a folder. A blob has its name once it is on the disk, so that all that stands there under its digest is
 * whole: it is not written again, by whichever run it came. An index that was there before holds until the new one
 * takes its place; then blobs that nothing names any more go. Throws `Failed` (`oci/not-a-layout`, `oci/disk-full`)
 * where the folder has other things in it.
 */
export async function openFolderFile(folder: string): Promise<ArchiveFile> {
  const uploads = uploadsIn(folder);
  const explain = (error: unknown): never => {
    throw explained(error, folder);
  };
  await checkFolder(folder);
  await prepareFolder(folder, Date.now()).catch(explain);
  const files = blobsIn(folder, uploads);
  const blobs = new Map<Digest, { readonly size: number }>();
  for await (const { digest, size } of files.list()) blobs.set(digest, { size });

  const write: ArchiveFile["put"] = async ({ digest, size }, content) => {
    await files.place({ digest, size }, content);
    blobs.set(digest, { size });
  };
  const put = putOnce(({ digest, size }) => blobs.get(digest)?.size === size, write);

  const finish = async (index: string): Promise<void> => {
    await replaceFile(join(folder, "index.json"), index, uploads);
    const catalogue = readCatalogue(index, folder);
    const { contents } = readingOf(folder, files, () => catalogue);
    // What is here is of this archive or of the one before it: nobody else is about to refer to it.
    await collectGarbage({ catalogue, blobs: files, contents, now: Number.POSITIVE_INFINITY });
    for (const digest of blobs.keys()) if ((await files.size(digest)) === undefined) blobs.delete(digest);
    await rm(uploads, { recursive: true, force: true });
  };

  return { blobs, reads: () => files, put, finish: (index) => finish(index).catch(explain), close: async () => {} };
}
