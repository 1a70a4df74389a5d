import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Failed } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import { addManifest, type Catalogue, emptyCatalogue } from "../layout/catalogue.ts";
import { unlessMissing } from "../layout/disk.ts";
import { type BlobReads, type ReadableLayout, readingOf } from "../layout/reading.ts";
import { FOR_MIRROR } from "./docker/for-mirror.ts";
import { readImagesList } from "./docker/images-list.ts";
import { notAnArchive, notInArchive, unreadable } from "./failures.ts";
import { imagesDigest, notesOf } from "./notes.ts";
import { openFolder } from "./open-folder.ts";
import { openTar } from "./open-tar.ts";
import type { Piece } from "./piece.ts";
import { openSkopeoFolders } from "./skopeo-folder.ts";

/**
 * Images in files: tars or folders that are OCI layouts. Blobs are read where they stand, from any byte on; nothing
 * is unpacked.
 */
export interface Archive extends ReadableLayout {
  readonly files: readonly string[];
  /** What the index of each file says; one that builds on another comes before it. */
  readonly catalogues: readonly Catalogue[];
  /** The sizes of all blobs that are there, manifests among them. */
  readonly blobs: ReadonlyMap<Digest, number>;
  close(): Promise<void>;
}

/**
 * Opens the files of an archive: one, or several volumes, which are then one. Headers and indexes are read, blobs are
 * not. Throws `Failed`: `archive/unreadable`, `archive/not-an-archive`, `archive/truncated`, `archive/bad-tar`,
 * `archive/bad-entry`, `archive/too-many-entries`, `oci/bad-layout`.
 */
export async function openArchive(files: readonly [string, ...string[]]): Promise<Archive> {
  const opened: Piece[] = [];
  try {
    for (const file of files) {
      await openOne(file, opened).catch((error: unknown) => {
        throw error instanceof Failed ? error : unreadable(file, error);
      });
    }
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
  const ordered = newestFirst(opened);
  const name = files.map((file) => basename(file)).join(" + ");
  const catalogue = merged(ordered.map((one) => one.catalogue));
  return {
    ...readingOf(name, together(opened, name), () => catalogue),
    files,
    catalogues: ordered.map((one) => one.catalogue),
    blobs: new Map(opened.flatMap(({ blobs }) => [...blobs])),
    close: () => closeAll(opened),
  };
}

/** The blobs of several pieces, each read where it is. */
function together(pieces: readonly Piece[], name: string): BlobReads {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only.reads;
  const holders = new Map(pieces.flatMap(({ blobs, reads }) => [...blobs.keys()].map((digest) => [digest, reads])));
  const readsOf = (digest: Digest): BlobReads => {
    const reads = holders.get(digest);
    if (reads === undefined) throw notInArchive(name, digest);
    return reads;
  };
  return {
    size: async (digest) => holders.get(digest)?.size(digest),
    read: async (blob) => readsOf(blob.digest).read(blob),
    readIfThere: async (blob) => holders.get(blob.digest)?.readIfThere(blob),
    open: async (blob, signal) => readsOf(blob.digest).open(blob, signal),
    range: (digest, range) => readsOf(digest).range(digest, range),
  };
}

/** A folder of the form of `mirror save --format docker-archive` is several files. */
async function openOne(file: string, opened: Piece[]): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (found.isFile()) opened.push(await openTar(file));
  else if (found.isDirectory()) {
    const listed = await readImagesList(file);
    const copied = listed === undefined ? await openSkopeoFolders(file) : [];
    if (copied.length > 0) opened.push(...copied);
    else if (listed === undefined) opened.push(await openFolder(file));
    else {
      for (const image of listed) opened.push(await openTar(image.file, image.source));
      const rest = join(file, FOR_MIRROR);
      if ((await unlessMissing(stat(rest))) !== undefined) opened.push(await openTar(rest));
    }
  } else throw notAnArchive(file, "it is neither a file nor a folder");
}

/** A tag that several files have stands where the first of them says. */
function merged(catalogues: readonly Catalogue[]): Catalogue {
  const [only] = catalogues;
  if (only !== undefined && catalogues.length === 1) return only;
  const all = emptyCatalogue();
  for (const { repositories } of [...catalogues].reverse()) {
    for (const [name, { manifests, tags }] of repositories) {
      for (const manifest of manifests.values()) {
        const standing = [...tags].filter(([, digest]) => digest === manifest.digest).map(([tag]) => tag);
        addManifest(all, name, manifest, standing);
      }
    }
  }
  return all;
}

/** Whoever builds on another comes before it, however they were named. */
function newestFirst(pieces: readonly Piece[]): Piece[] {
  const users = (piece: Piece, seen: readonly Piece[] = []): number => {
    const id = imagesDigest(piece.catalogue);
    const direct = pieces.filter((one) => !seen.includes(one) && notesOf(one.catalogue).baseImages === id);
    return Math.max(0, ...direct.map((one) => 1 + users(one, [...seen, piece])));
  };
  const depths = new Map(pieces.map((piece) => [piece, users(piece)]));
  return [...pieces].sort((one, other) => (depths.get(one) ?? 0) - (depths.get(other) ?? 0));
}

async function closeAll(opened: readonly Piece[]): Promise<void> {
  await Promise.all(opened.map((one) => one.close()));
}
