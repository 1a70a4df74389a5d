import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Failed } from "../../../failure/index.ts";
import { shortDigest } from "../../digest.ts";
import type { ImageManifest } from "../../manifest.ts";
import { isIndexType, MediaType } from "../../media-types.ts";
import { formatPlatform, isWanted, type Platform } from "../../platform.ts";
import { type ArchivedImage, imagesIn, nameOf } from "../images.ts";
import type { Archive } from "../open.ts";
import { FOR_MIRROR, writeForMirror } from "./for-mirror.ts";
import { IMAGES_LIST } from "./images-list.ts";
import { writeDockerTar } from "./write-tar.ts";

export interface DockerExport {
  readonly folder: string;
  readonly compression: "none" | "gzip";
  /** A docker archive has one platform of an image. */
  readonly platform: Platform;
  /** What an image is really called, where the archive could not have its name. */
  readonly calls?: (repository: string) => string;
  readonly onImage: (image: ExportedImage) => void;
  readonly signal: AbortSignal;
}

/** One line of images-list.txt; or what docker cannot load, as a chart, which is beside for mirror. */
export interface ExportedImage {
  readonly kind: "written" | "for-mirror";
  readonly source: string;
  readonly file: string;
}

/**
 * Writes the images of an archive as docker archives: one tar each, and `images-list.txt` with `SOURCE -> FILE` when all
 * are there. Throws `Failed`: `transfer/no-such-platform`, `archive/…`.
 */
export async function exportDockerArchives(archive: Archive, options: DockerExport): Promise<readonly ExportedImage[]> {
  const { folder, compression, calls = (repository) => repository, signal } = options;
  await mkdir(folder, { recursive: true });
  const images = await topImages(archive, signal);
  const files = fileNames(images, compression === "gzip" ? ".tar.gz" : ".tar");
  const done: ExportedImage[] = [];
  const artifacts: ArchivedImage[] = [];
  for (const image of images) {
    const source = nameOf({ ...image, repository: calls(image.repository) });
    const manifest = await onePlatform(archive, image, options);
    const file = files.get(image);
    if (file === undefined || !isImageConfig(manifest.config.mediaType)) {
      artifacts.push(image);
      done.push({ kind: "for-mirror", source, file: FOR_MIRROR });
    } else {
      const { repository, tag } = image;
      const name = tag === undefined ? undefined : source;
      const target = join(folder, file);
      await writeDockerTar({ layout: archive, repository, image: manifest, name, file: target, compression, signal });
      done.push({ kind: "written", source, file });
    }
    options.onImage(done.at(-1) as ExportedImage);
  }
  await writeForMirror(archive, artifacts, { folder, signal });
  const lines = done.flatMap((one) => (one.kind === "written" ? [`${one.source} -> ${one.file}\n`] : []));
  await writeFile(join(folder, IMAGES_LIST), lines.join(""));
  return done;
}

/** Layouts may list the images of an index beside it: they are part of that one. */
async function topImages(archive: Archive, signal: AbortSignal): Promise<ArchivedImage[]> {
  const images = await imagesIn(archive.catalogues, archive);
  const inside = new Set<string>();
  for (const { repository, manifest } of images) {
    if (!isIndexType(manifest.mediaType)) continue;
    const index = await archive.getManifest(repository, manifest.digest, signal);
    if (index.kind === "index") for (const { digest } of index.manifests) inside.add(`${repository}@${digest}`);
  }
  return images.filter((image) => image.tag !== undefined || !inside.has(nameOf(image)));
}

async function onePlatform(
  archive: Archive,
  image: ArchivedImage,
  { platform, signal }: DockerExport,
): Promise<ImageManifest> {
  const { repository, manifest } = image;
  const root = await archive.getManifest(repository, manifest.digest, signal);
  if (root.kind === "image") return root;
  const entries = root.manifests.filter((entry) => entry.platform !== undefined && entry.platform.os !== "unknown");
  const found = entries.find((entry) => entry.platform !== undefined && isWanted(entry.platform, [platform]));
  const child = found && (await archive.getManifest(repository, found.digest, signal));
  if (child?.kind === "image") return child;
  const offered = entries.flatMap((entry) => (entry.platform === undefined ? [] : [formatPlatform(entry.platform)]));
  throw new Failed({
    code: "transfer/no-such-platform",
    class: "permanent",
    message: `${nameOf(image)} is not for ${formatPlatform(platform)}, and a docker archive has one platform`,
    hint: `Choose one with --platform: ${offered.join(", ")}`,
  });
}

const isImageConfig = (mediaType: string): boolean =>
  mediaType === MediaType.ociConfig || mediaType === MediaType.dockerConfig;

/** `mysql_8.0.tar`; where two images would have one name, all of the path is in it. */
function fileNames(images: readonly ArchivedImage[], ending: string): ReadonlyMap<ArchivedImage, string> {
  const endOf = ({ tag, manifest }: ArchivedImage): string =>
    `_${tag ?? shortDigest(manifest.digest).slice(7)}${ending}`;
  const short = (image: ArchivedImage): string => basename(image.repository) + endOf(image);
  const long = (image: ArchivedImage): string => image.repository.replace(/[^\w.-]/g, "_") + endOf(image);
  const taken = new Map<string, number>();
  for (const image of images) taken.set(short(image), (taken.get(short(image)) ?? 0) + 1);
  return new Map(images.map((image) => [image, taken.get(short(image)) === 1 ? short(image) : long(image)]));
}
