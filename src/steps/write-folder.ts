import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A file of a folder, and what is in it. */
export interface FileToWrite {
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** Writes a folder in place of the one that stands there: all of it, or nothing. */
export async function writeFolder(folder: string, files: readonly FileToWrite[]): Promise<void> {
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  for (const { path, content } of files) {
    await mkdir(dirname(join(fresh, path)), { recursive: true });
    await writeFile(join(fresh, path), content);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}
