import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Half-written files are left alone this long, since another process may still write them. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/** A name for a half-written file below `folder`, which is created. */
export async function temporaryFile(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return join(folder, randomUUID());
}

/** Replaces a file so that a crash at any moment leaves the old text or the new, whole. */
export async function replaceFile(file: string, content: string | Uint8Array, temporaryFolder: string): Promise<void> {
  const temporary = await temporaryFile(temporaryFolder);
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await settle(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Moves a finished, synced file to its place, and makes the move itself last. */
export async function settle(temporary: string, file: string): Promise<void> {
  await rename(temporary, file);
  await syncFolder(dirname(file));
}

/** Removes half-written files that nobody has touched for an hour. */
export async function removeLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await namesIn(folder)) {
    const file = join(folder, name);
    const modified = await modifiedAt(file);
    if (modified !== undefined && now - modified > LEFTOVER_AGE_MS) await rm(file, { force: true, recursive: true });
  }
}

/** The names in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await unlessMissing(readdir(folder))) ?? [];
}

/** What a promise about a file yields; undefined where the file does not exist. */
export async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** True for an error of the file system with one of the codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

async function modifiedAt(file: string): Promise<number | undefined> {
  return (await unlessMissing(stat(file)))?.mtimeMs;
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Some systems cannot open or sync a folder; there the rename is as lasting as they make it.
    if (!hasCode(error, "EPERM", "EISDIR", "EINVAL", "ENOTSUP")) throw error;
  }
}
