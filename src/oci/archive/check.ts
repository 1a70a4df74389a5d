import { Failed, type Failure } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import { isManifestType } from "../layout/contents.ts";
import type { Descriptor } from "../manifest.ts";
import { isImageType, MediaType } from "../media-types.ts";
import { incomplete } from "./failures.ts";
import { type ArchivedImage, imagesIn, nameOf } from "./images.ts";
import { archiveNotes } from "./notes.ts";
import type { Archive } from "./open.ts";
import { layoutTree } from "./write/layout-tree.ts";

/** One image of an archive and what belongs to it. */
export interface ImageInArchive extends ArchivedImage {
  readonly name: string;
  readonly kind: "image" | "chart";
  /** Manifests and blobs that are there, each once. */
  readonly blobs: readonly Descriptor[];
  /** Blobs that it names and that are not there. */
  readonly missing: readonly Descriptor[];
  /** Images for other platforms, which were not saved. */
  readonly leftOut: number;
  /** Signatures and the like. */
  readonly referrers: number;
}

/** All images of an archive. Reads manifests, and no other blobs. */
export async function lookInto(archive: Archive): Promise<ImageInArchive[]> {
  const images = await imagesIn(archive.catalogues, archive);
  return Promise.all(
    images.map(async (image) => {
      const { blobs, missing, referrers } = await layoutTree(archive, image.repository, image.manifest.digest);
      const isImage = ({ mediaType }: Descriptor): boolean => isManifestType(mediaType);
      const root = image.manifest.digest;
      const leftOut = missing.filter((one) => isImage(one) && one.digest !== root).length;
      return {
        ...image,
        name: nameOf(image),
        kind: await kindOf(image, archive),
        blobs,
        missing: missing.filter((one) => !isImage(one) || one.digest === root),
        leftOut,
        referrers: referrers.length,
      };
    }),
  );
}

async function kindOf({ repository, manifest }: ArchivedImage, archive: Archive): Promise<"image" | "chart"> {
  if (!archive.blobs.has(manifest.digest) || !isImageType(manifest.mediaType)) return "image";
  const found = await archive.getManifest(repository, manifest.digest, NEVER);
  return found.kind === "image" && found.config.mediaType === MediaType.chartConfig ? "chart" : "image";
}

const NEVER = new AbortController().signal;

/** What is wrong with an archive. */
export interface Verdict {
  readonly failures: readonly Failure[];
  readonly images: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that the base has to have: their names are known, not their bytes. */
  readonly inBase: number;
}

/** Reads and hashes every blob of an archive, and looks whether its images have all that they name. */
export async function verifyArchive(
  archive: Archive,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<Verdict> {
  const failures: Failure[] = [];
  let bytes = 0;
  for (const [digest, size] of archive.blobs) {
    signal.throwIfAborted();
    try {
      const content = await archive.openBlob("", { mediaType: "", digest, size }, signal);
      for await (const chunk of content) onBytes((chunk as Uint8Array).length);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      failures.push(error.failure);
    }
    bytes += size;
  }
  // Where manifests themselves are damaged, what they name cannot be told.
  if (failures.length > 0) return { failures, images: 0, blobs: archive.blobs.size, bytes, inBase: 0 };
  return { ...(await checkNames(archive)), blobs: archive.blobs.size, bytes };
}

/** Looks whether the images of an archive have all that they name, there or in its base. Reads manifests only. */
export async function checkNames(archive: Archive): Promise<Pick<Verdict, "failures" | "images" | "inBase">> {
  const { base } = archiveNotes(archive.catalogues);
  const images = await lookInto(archive);
  const lacking = images.filter(({ missing }) => missing.length > 0);
  return {
    images: images.length,
    failures: base === undefined ? lacking.map(({ name, missing }) => incomplete(archive.name, name, missing)) : [],
    inBase:
      base === undefined ? 0 : new Set(lacking.flatMap(({ missing }) => missing.map(({ digest }) => digest))).size,
  };
}

/** An image that two archives have differently. */
export type Difference =
  | { readonly kind: "added" | "removed" | "same"; readonly name: string; readonly digest: Digest }
  | { readonly kind: "changed"; readonly name: string; readonly digest: Digest; readonly before: Digest };

/** What the second of two archives has otherwise than the first, and the bytes of its blobs that the first has not. */
export async function differenceOf(
  before: Archive,
  after: Archive,
): Promise<{ readonly images: readonly Difference[]; readonly newBytes: number }> {
  const [old, now] = await Promise.all([digestsIn(before), digestsIn(after)]);
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  const images = names.flatMap((name): Difference[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (is === undefined) return was === undefined ? [] : [{ kind: "removed", name, digest: was }];
    if (was === undefined) return [{ kind: "added", name, digest: is }];
    return [was === is ? { kind: "same", name, digest: is } : { kind: "changed", name, digest: is, before: was }];
  });
  const fresh = [...after.blobs].filter(([digest]) => !before.blobs.has(digest));
  return { images, newBytes: fresh.reduce((sum, [, size]) => sum + size, 0) };
}

async function digestsIn(archive: Archive): Promise<Map<string, Digest>> {
  const images = await imagesIn(archive.catalogues, archive);
  return new Map(images.map((image) => [nameOf(image), image.manifest.digest]));
}
