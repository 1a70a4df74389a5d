import { stat } from "node:fs/promises";
import type { Digest } from "../../digest.ts";
import { unlessMissing } from "../../layout/disk.ts";
import type { BlobReads } from "../../layout/reading.ts";
import { blobParts } from "../blob-parts.ts";
import { openFolderFile } from "./folder-file.ts";
import { openTarFile, partialOf, type TarFile, type TarFileOptions } from "./tar-file.ts";

/** An archive that is being written, in a tar or in a folder: blobs in any order, several at once, and then the index. */
export interface ArchiveFile extends Pick<TarFile, "put" | "finish" | "close"> {
  /** Blobs that are whole. */
  readonly blobs: ReadonlyMap<Digest, { readonly size: number }>;
  /** What is there at the moment. */
  readonly reads: () => BlobReads;
}

/** A name with a slash behind it is that of a folder, as is one that stands at a folder. */
export async function formOf(file: string): Promise<"tar" | "folder"> {
  if (file.endsWith("/")) return "folder";
  return (await unlessMissing(stat(file)))?.isDirectory() === true ? "folder" : "tar";
}

/** Starts an archive, or goes on with what an earlier run has left of it. `name` is for messages. */
export async function openArchiveFile(options: TarFileOptions & { readonly name: string }): Promise<ArchiveFile> {
  if ((await formOf(options.file)) === "folder") return openFolderFile(options.file);
  const tar = await openTarFile(options);
  const { blobs, handle, put, finish, close } = tar;
  const { name } = options;
  const parts = () => new Map([...blobs].map(([digest, span]) => [digest, { handle, name, ...span }]));
  return { blobs, reads: () => blobParts(parts(), name), put, finish, close };
}

/** Whether an earlier run has left something to go on with. */
export async function isBegun(file: string): Promise<boolean> {
  const place = (await formOf(file)) === "folder" ? file : partialOf(file);
  return (await unlessMissing(stat(place))) !== undefined;
}
