import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, namesIn, removeLeftovers, replaceFile, unlessMissing } from "./disk.ts";
import { explained, notALayout } from "./failures.ts";

const UPLOADS = "uploads";
const OUR_NAMES: ReadonlySet<string> = new Set(["oci-layout", "index.json", "blobs", UPLOADS]);
const LAYOUT_VERSION = "1.0.0";

/** Where half-written files are: in the same file system as the finished ones. */
export const uploadsIn = (folder: string): string => join(folder, UPLOADS);

/** Throws `Failed` (`oci/not-a-layout`) unless the folder is a layout, empty or absent. */
export async function checkFolder(folder: string): Promise<void> {
  const marker = join(folder, "oci-layout");
  let text: string | undefined;
  let others: readonly string[] = [];
  try {
    text = await unlessMissing(readFile(marker, "utf8"));
    if (text === undefined) others = (await namesIn(folder)).filter((name) => !OUR_NAMES.has(name));
  } catch (error) {
    if (hasCode(error, "ENOTDIR")) throw notALayout(folder, "it is a file");
    throw explained(error, folder);
  }
  if (others[0] !== undefined) throw notALayout(folder, `it holds other files, "${others[0]}" among them`);
  if (text !== undefined && versionIn(text) !== LAYOUT_VERSION) {
    throw notALayout(folder, `its oci-layout file does not say imageLayoutVersion ${LAYOUT_VERSION}`);
  }
}

function versionIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { imageLayoutVersion?: unknown } | null)?.imageLayoutVersion;
  } catch {
    return undefined;
  }
}

/** Makes the folder a layout where it is not one yet, and removes what a crash left half-written. */
export async function prepareFolder(folder: string, now: number): Promise<void> {
  const uploads = uploadsIn(folder);
  const marker = join(folder, "oci-layout");
  await mkdir(join(folder, "blobs", "sha256"), { recursive: true });
  await removeLeftovers(uploads, now);
  if ((await unlessMissing(readFile(marker))) === undefined) {
    await replaceFile(marker, JSON.stringify({ imageLayoutVersion: LAYOUT_VERSION }), uploads);
  }
}
