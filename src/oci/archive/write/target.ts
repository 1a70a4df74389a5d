import { mkdir, stat, statfs } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type Digest, digestOf, isDigest } from "../../digest.ts";
import { addManifest, emptyCatalogue, writeCatalogue } from "../../layout/catalogue.ts";
import { unlessMissing } from "../../layout/disk.ts";
import { explained } from "../../layout/failures.ts";
import { type BlobReads, readingOf } from "../../layout/reading.ts";
import type { Descriptor } from "../../manifest.ts";
import type { RegistryClient } from "../../registry-client.ts";
import { blobParts } from "../blob-parts.ts";
import { noRoom } from "../failures.ts";
import { imagesIn, nameOf } from "../images.ts";
import { type ArchiveNotes, annotated, NO_NOTES, notesOf } from "../notes.ts";
import { type Archive, openArchive } from "../open.ts";
import { openFolder } from "../open-folder.ts";
import { type ArchiveFile, formOf, isBegun, openArchiveFile } from "./archive-file.ts";
import { clientOf } from "./client.ts";
import { layoutTree } from "./layout-tree.ts";
import { listedOnly } from "./listed.ts";

export interface ArchiveTargetOptions {
  readonly file: string;
  /** Blobs that whoever loads the archive has already, and what they are from. */
  readonly base?: ArchiveBase | undefined;
  readonly volume?: string | undefined;
  readonly signal: AbortSignal;
}

/** What a differential archive builds on. */
export interface ArchiveBase {
  /** For people: the name of its file. */
  readonly name: string;
  readonly images: Digest;
  readonly has: (digest: Digest) => boolean;
}

/** What is about to be written. */
export interface Expected {
  readonly images: readonly (KeptImage & { readonly blobs: readonly Descriptor[] })[];
  /** A plan only looks: what an earlier run has left is then not looked into. */
  readonly mode: "run" | "plan";
  /** Blobs and manifests of all images, each once. */
  readonly blobs: readonly Descriptor[];
  /** Bytes that are to be written beside it, to the same disk, as long as it is there. */
  readonly beside: number;
}

export interface Room {
  /** Bytes that are still to be written. */
  readonly needed: number;
  /** Bytes that an earlier run has left. */
  readonly there: number;
  /** Bytes that the base has. */
  readonly inBase: number;
  readonly free: number;
}

/** An image by the name that it has in an archive. */
export interface KeptImage {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest;
}

/** What an archive holds in the end. */
export interface Saved {
  /** Of several volumes the first and the last. */
  readonly file: string;
  readonly state: "written" | "up-to-date";
  readonly images: number;
  readonly blobs: number;
  /** Of the file. */
  readonly bytes: number;
}

/**
 * An archive that images are copied to, as to a registry: its client takes blobs and manifests in any order. An
 * archive that stands there already stays as it is until the new one is whole, gives what it has to it, and is not
 * written anew where it holds the very images that are wanted.
 */
export interface ArchiveTarget {
  readonly client: RegistryClient;
  /** The client that an image is to be copied with: each volume has its own. */
  readonly clientFor: (repository: string, tag: string | undefined) => RegistryClient;
  /** Throws `Failed` (`archive/no-room`) where the disk has not enough for what is expected. */
  prepare(expected: Expected, onVerified: (bytes: number) => void): Promise<Room>;
  /** Makes the archive whole: what was kept from the one before, the lock, the index. */
  finish(lock: string | undefined, onBytes: (bytes: number, of: number) => void): Promise<Saved>;
  close(): Promise<void>;
}

/** An entry of the index without its name. */
const INDEX_ENTRY = 280;
/** An image, and a signature and an attestation of it. */
const ENTRIES_PER_IMAGE = 3;
const LEAST_INDEX = 4096;
/** Those of signatures, `sha256-….sig`, have 75 letters. */
const LONGEST_USUAL_TAG = 80;

export async function openArchiveTarget(options: ArchiveTargetOptions): Promise<ArchiveTarget> {
  const { file, base, signal } = options;
  const name = basename(file);
  const form = await formOf(file);
  // A folder may be on a disk of its own.
  const disk = form === "folder" ? file : dirname(file);
  const old = await openOld(file);
  const catalogue = emptyCatalogue();
  const kept = new Map<string, KeptImage>();
  let indexRoom = LEAST_INDEX;
  let begun: ArchiveFile | undefined;
  let opening: Promise<ArchiveFile> | undefined;

  /** Nothing is written before there is something to write. */
  function begin(onVerified?: (bytes: number) => void): Promise<ArchiveFile> {
    opening ??= mkdir(dirname(file), { recursive: true })
      .then(() =>
        openArchiveFile({
          file,
          name,
          indexRoom,
          signal,
          ...(onVerified && { onVerified }),
        }),
      )
      .then((opened) => {
        begun = opened;
        return opened;
      })
      .catch((error: unknown) => {
        opening = undefined;
        throw explained(error, dirname(file));
      });
    return opening;
  }

  const readsNow = (): BlobReads => begun?.reads() ?? blobParts(new Map(), name);

  async function prepare(expected: Expected, onVerified: (bytes: number) => void): Promise<Room> {
    indexRoom = indexRoomFor(expected.images);
    if (old !== undefined && (await isSame(old, expected.images))) {
      return { needed: 0, there: sumOf(expected.blobs), inBase: 0, free: await freeBytes(disk) };
    }
    if (expected.mode === "run" && (await isBegun(file))) await begin(onVerified);
    const wanted = expected.blobs.filter(({ digest }) => base?.has(digest) !== true);
    const missing = wanted.filter(({ digest }) => begun?.blobs.has(digest) !== true);
    const needed = missing.reduce((sum, { size }) => sum + size + 1024, indexRoom + expected.beside);
    const free = await freeBytes(disk);
    if (needed > free) {
      throw noRoom(expected.beside === 0 ? name : `${name} with the docker archives made of it`, disk, needed, free);
    }
    return {
      needed: sumOf(missing),
      there: sumOf(wanted) - sumOf(missing),
      inBase: sumOf(expected.blobs) - sumOf(wanted),
      free,
    };
  }

  async function finish(lock: string | undefined, onBytes: (bytes: number, of: number) => void): Promise<Saved> {
    const notes: ArchiveNotes = {
      ...NO_NOTES,
      lock: lock === undefined ? undefined : digestOf(lock),
      base: base?.name,
      baseImages: base?.images,
      volume: options.volume,
    };
    // A tar that was begun takes the old one's place; a folder is both.
    const isUntouched = begun === undefined || (form === "folder" && catalogue.repositories.size === 0);
    if (old !== undefined && isUntouched && sameNotes(old, notes) && (await isSame(old, [...kept.values()]))) {
      return {
        state: "up-to-date",
        file: options.file,
        images: kept.size,
        blobs: old.blobs.size,
        bytes: await sizeOf(file),
      };
    }
    const into = await begin();
    if (old !== undefined) await carryOver(old, into, onBytes);
    if (lock !== undefined) {
      const bytes = Buffer.from(lock);
      await into.put({ digest: digestOf(bytes), size: bytes.length }, async function* () {
        yield bytes;
      });
    }
    const reading = readingOf(name, readsNow(), () => catalogue);
    const listed = await listedOnly(catalogue, reading.contents.of);
    const images = (await imagesIn([listed], reading)).length;
    await into.finish(writeCatalogue({ repositories: listed.repositories, rest: annotated(notes) }));
    return { state: "written", file: options.file, images, blobs: into.blobs.size, bytes: await sizeOf(file) };
  }

  /** Images that stood in the old archive as they are wanted, with all that belongs to them. */
  async function carryOver(
    from: Archive,
    into: ArchiveFile,
    onBytes: (bytes: number, of: number) => void,
  ): Promise<void> {
    const trees = await Promise.all(
      [...kept.values()].map((image) => layoutTree(from, image.repository, image.digest)),
    );
    const blobs = new Map(trees.flatMap((tree) => tree.blobs.map((blob) => [blob.digest, blob] as const)));
    const total = [...blobs.values()].reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for (const blob of blobs.values()) {
      if (base?.has(blob.digest) !== true) await into.put(blob, () => from.openBlob("", blob, signal));
      done += blob.size;
      onBytes(done, total);
    }
    for (const { repository, tag, digest } of kept.values()) {
      const root = await from.resolve(repository, digest);
      if (root !== undefined) addManifest(catalogue, repository, root, tag === undefined ? [] : [tag]);
    }
    for (const { repository, referrers } of trees) {
      for (const { manifest, tags } of referrers) addManifest(catalogue, repository, manifest, tags);
    }
  }

  const client = clientOf({
    name: file,
    catalogue,
    begin,
    begun: () => begun,
    readsNow,
    old,
    baseHas: (digest) => base?.has(digest) === true,
    keep: (repository, reference, digest) => {
      const tag = isDigest(reference) ? undefined : reference;
      kept.set(`${repository} ${reference}`, { repository, tag, digest });
    },
    replace: (repository, reference) => kept.delete(`${repository} ${reference}`),
  });

  return {
    client,
    clientFor: () => client,
    prepare,
    finish,
    close: async () => {
      await (await opening?.catch(() => undefined))?.close();
      await old?.close();
    },
  };
}

/** Kept near the beginning of the file; an index that turns out larger stands at its end. */
function indexRoomFor(images: readonly KeptImage[]): number {
  return images.reduce(
    (sum, { repository }) => sum + ENTRIES_PER_IMAGE * (INDEX_ENTRY + repository.length + LONGEST_USUAL_TAG),
    LEAST_INDEX,
  );
}

/** The archive that stands there already; what is no archive is written over. */
function openOld(file: string): Promise<Archive | undefined> {
  return openArchive([file]).catch(() => undefined);
}

/** Whether an archive holds these images and no others. */
async function isSame(old: Archive, images: readonly KeptImage[]): Promise<boolean> {
  const there = (await imagesIn(old.catalogues, old)).map((image) => `${nameOf(image)} ${image.manifest.digest}`);
  const wanted = images.map(({ repository, tag, digest }) => {
    const manifest = { mediaType: "", digest, size: 0 };
    return `${nameOf({ repository, tag, manifest })} ${digest}`;
  });
  return there.length === wanted.length && wanted.every((image) => there.includes(image));
}

function sameNotes({ catalogues: [catalogue] }: Archive, notes: ArchiveNotes): boolean {
  const before = catalogue === undefined ? NO_NOTES : notesOf(catalogue);
  return (Object.keys(notes) as (keyof ArchiveNotes)[]).every((key) => before[key] === notes[key]);
}

const sumOf = (blobs: readonly Descriptor[]): number => blobs.reduce((sum, { size }) => sum + size, 0);

/** Of a folder, its blobs: its index is small. */
async function sizeOf(file: string): Promise<number> {
  const about = await stat(file);
  if (!about.isDirectory()) return about.size;
  const { blobs } = await openFolder(file);
  return [...blobs.values()].reduce((sum, size) => sum + size, 0);
}

/** Free at the nearest folder that is there. */
export async function freeBytes(folder: string): Promise<number> {
  const found = await unlessMissing(statfs(folder));
  if (found !== undefined) return found.bavail * found.bsize;
  return dirname(folder) === folder ? 0 : freeBytes(dirname(folder));
}
