import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, isDigest } from "../digest.ts";
import { blobsIn } from "../layout/blobs.ts";
import { readCatalogue } from "../layout/catalogue.ts";
import { namesIn, unlessMissing } from "../layout/disk.ts";
import { checkFolder, uploadsIn } from "../layout/folder.ts";
import { badEntry, notAnArchive } from "./failures.ts";
import type { Piece } from "./piece.ts";

/** Opens a folder that is an OCI layout, to read it. */
export async function openFolder(folder: string): Promise<Piece> {
  const text = await unlessMissing(readFile(join(folder, "index.json"), "utf8"));
  if (text === undefined) throw notAnArchive(folder, "it has no index.json");
  await checkFolder(folder);
  return {
    file: folder,
    catalogue: readCatalogue(text, join(folder, "index.json")),
    blobs: await blobSizes(folder),
    reads: blobsIn(folder, uploadsIn(folder)),
    close: async () => {},
  };
}

async function blobSizes(folder: string): Promise<Map<Digest, number>> {
  const sizes = new Map<Digest, number>();
  for (const algorithm of await namesIn(join(folder, "blobs"))) {
    for (const hex of await namesIn(join(folder, "blobs", algorithm))) {
      const digest = `${algorithm}:${hex}`;
      if (!isDigest(digest)) continue;
      const found = await lstat(join(folder, "blobs", algorithm, hex));
      if (!found.isFile()) throw badEntry(folder, `blobs/${algorithm}/${hex}`, "which is no file");
      sizes.set(digest, found.size);
    }
  }
  return sizes;
}
