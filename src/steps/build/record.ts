import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, isDigest, type Layout } from "../../oci/index.ts";
import { replaceFile, unlessMissing } from "../../oci/layout/disk.ts";

/** What was built last for an image, and from which inputs. */
export interface BuildRecord {
  /** The hash of all that decides what the image is. */
  readonly inputs: string;
  readonly digest: Digest;
  readonly platforms: readonly string[];
}

/** The folder of what was built: a layout of images, and a record for each. */
export const buildsFolder = (configFolder: string): string => join(configFolder, ".mirror", "builds");

const fileOf = (folder: string, image: string): string => join(folder, "records", `${image}.json`);

/** The record of an image, if what was built is all there still; a record that cannot be read counts for none. */
export async function recordOf(image: string, folder: string, layout: Layout): Promise<BuildRecord | undefined> {
  const text = await unlessMissing(readFile(fileOf(folder, image), "utf8"));
  const record = text === undefined ? undefined : parse(text);
  if (record === undefined || !(await isWhole(image, record.digest, layout))) return undefined;
  return record;
}

export async function keepRecord(image: string, folder: string, record: BuildRecord): Promise<void> {
  await mkdir(join(folder, "records"), { recursive: true });
  await replaceFile(fileOf(folder, image), `${JSON.stringify(record, undefined, 2)}\n`, join(folder, "tmp"));
}

function parse(text: string): BuildRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { inputs, digest, platforms } = value as Record<string, unknown>;
    if (typeof inputs !== "string" || typeof digest !== "string" || !isDigest(digest)) return undefined;
    if (!Array.isArray(platforms) || !platforms.every((one) => typeof one === "string")) return undefined;
    return { inputs, digest, platforms };
  } catch {
    return undefined;
  }
}

/** Whether every manifest and blob of an image is in a layout, blobs with their size. */
async function isWhole(repository: string, digest: Digest, layout: Layout): Promise<boolean> {
  if ((await layout.resolve(repository, digest)) === undefined) return false;
  const manifest = await layout.getManifest(repository, digest, NEVER).catch(() => undefined);
  if (manifest === undefined) return false;
  if (manifest.kind === "index") {
    const children = await Promise.all(manifest.manifests.map((child) => isWhole(repository, child.digest, layout)));
    return children.every((whole) => whole);
  }
  const blobs = [manifest.config, ...manifest.layers];
  const sizes = await Promise.all(blobs.map((blob) => layout.blobSize(blob.digest)));
  return sizes.every((size, index) => size === blobs[index]?.size);
}

const NEVER = new AbortController().signal;
