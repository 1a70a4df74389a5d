import { type Archive, archiveNotes, gathered } from "../oci/index.ts";
import { type LockFile, parseLock } from "../release/index.ts";

/** The lock that an archive carries; undefined where it has none. Throws what `parseLock` throws. */
export async function lockInArchive(archive: Archive, signal: AbortSignal): Promise<LockFile | undefined> {
  const { lock } = archiveNotes(archive.catalogues);
  const size = lock === undefined ? undefined : await archive.blobSize(lock);
  if (lock === undefined || size === undefined) return undefined;
  const text = await gathered(await archive.openBlob("", { mediaType: "", digest: lock, size }, signal));
  return parseLock(text.toString("utf8"), `the lock in ${archive.name}`);
}
