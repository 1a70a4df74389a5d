import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { unlessMissing } from "../../layout/disk.ts";
import { badEntry, notAnArchive } from "../failures.ts";

export const IMAGES_LIST = "images-list.txt";

/** One line of images-list.txt: which image a file holds. */
export interface ListedImage {
  readonly source: string;
  readonly file: string;
}

/**
 * The images of a folder that has a tar for each and `images-list.txt`, with lines `SOURCE -> FILE`; undefined for other folders.
 * The list may stand beside the folder or in it. Throws `Failed`: `archive/bad-entry`, `archive/not-an-archive`.
 */
export async function readImagesList(folder: string): Promise<readonly ListedImage[] | undefined> {
  const list = join(folder, IMAGES_LIST);
  const text = await unlessMissing(readFile(list, "utf8"));
  if (text === undefined) return undefined;
  const images: ListedImage[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, source, said] = /^\s*(\S+)\s+->\s+(.+?)\s*$/.exec(line) ?? [];
    if (source === undefined || said === undefined) throw notAnArchive(list, `line ${index + 1} is not SOURCE -> FILE`);
    images.push({ source, file: await fileOf(folder, said, list) });
  }
  if (images.length === 0) throw notAnArchive(list, "it names no image");
  return images;
}

/** Files are named as the list's writer saw them: below the folder, or with the folder before it. */
async function fileOf(folder: string, said: string, list: string): Promise<string> {
  if (said.split(/[\\/]/).includes("..")) throw badEntry(list, said, "a name that leads out of it");
  for (const candidate of [join(folder, said), join(folder, basename(said))]) {
    if ((await unlessMissing(stat(candidate)))?.isFile() === true) return candidate;
  }
  throw notAnArchive(list, `it names ${said}, which is not there`);
}
