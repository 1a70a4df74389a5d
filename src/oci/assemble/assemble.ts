import { Readable } from "node:stream";
import { Failed } from "../../failure/index.ts";
import type { ImageSource } from "../content.ts";
import { type Digest, isDigest } from "../digest.ts";
import type { Descriptor, Manifest } from "../manifest.ts";
import { formatPlatform, parsePlatform } from "../platform.ts";
import { platformsFor, readBase } from "./base.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { type Layer, layerOf, type Packing } from "./layer.ts";
import { describe, FORMS, indexOf, platformImage } from "./manifests.ts";
import type { ImageFile, ImageSpec } from "./spec.ts";

/**
 * An image made of files, of which nothing is on disk: copying reads it like any other source. Repositories mean
 * nothing to it, and every tag stands for the whole image.
 */
export interface AssembledImage extends ImageSource {
  /** Of the index, or of the manifest where there is one platform. */
  readonly descriptor: Descriptor;
  readonly digest: Digest;
  /** As they were asked for: `linux/amd64`. */
  readonly platforms: readonly string[];
  /** Configs and layers, each once: what copying it moves at most. */
  readonly blobs: readonly Descriptor[];
}

/**
 * Makes an image of files alone, as `FROM scratch` or another image and one `COPY` would. The same base, files, modes
 * and settings give the same digest at any time on any machine: dates are 1970, owners 0, order and form fixed. Files
 * are read twice if they are large, and never held in memory; layers of the base are read when they are copied.
 * Writes nothing. Throws `Failed` (class `usage`, or `oci/file-changed`) naming the file.
 */
export async function assembleImage(spec: ImageSpec, signal: AbortSignal): Promise<AssembledImage> {
  if (spec.mediaTypes === "docker" && spec.annotations) throw noAnnotations(spec);
  const platforms = normalized(await platformsFor(spec, signal), spec.name);
  const made = await Promise.all(platforms.map((platform) => baseOf(spec, platform, signal)));
  const form = FORMS[spec.mediaTypes ?? made[0]?.form ?? "oci"];
  const layerFor = layers({ image: spec.name, mediaType: form.layer, compression: spec.compression ?? "portable" });

  const images = [];
  const opened = new Map<
    Digest,
    { readonly blob: Descriptor; open(signal: AbortSignal): Readable | Promise<Readable> }
  >();
  for (const [index, platform] of platforms.entries()) {
    const base = made[index];
    const folders = base === undefined ? "with-folders" : "without-folders";
    const entries = await entriesOf(filesFor(spec, platform), spec.name, folders);
    const layer = entries.length === 0 && base !== undefined ? undefined : await layerFor(entries, signal);
    const image = platformImage(spec, form, platform, { layer, base });
    const { descriptor, bytes } = image.config;
    opened.set(descriptor.digest, { blob: descriptor, open: () => Readable.from([bytes]) });
    if (layer !== undefined) opened.set(layer.descriptor.digest, { blob: layer.descriptor, open: layer.open });
    for (const blob of base?.layers ?? [])
      opened.set(blob.digest, { blob, open: (blobSignal) => openBase(spec, blob, blobSignal) });
    images.push(image);
  }
  const manifests = images.map(({ manifest }) => manifest);
  const [only] = manifests;
  const root = only !== undefined && manifests.length === 1 ? only : indexOf(spec, form, images);

  return {
    name: spec.name,
    descriptor: describe(root),
    digest: root.digest,
    platforms,
    blobs: [...opened.values()].map(({ blob }) => blob),
    async getManifest(_repository, reference) {
      return manifestIn([root, ...manifests], root, reference, spec);
    },
    async openBlob(_repository, blob, blobSignal) {
      const found = opened.get(blob.digest);
      if (found === undefined) throw notFound(blob.digest, spec);
      blobSignal.throwIfAborted();
      return found.open(blobSignal);
    },
  };
}

async function baseOf({ base, name }: ImageSpec, platform: string, signal: AbortSignal) {
  return base === undefined ? undefined : readBase(base, parsePlatform(platform), name, signal);
}

function openBase({ base, name }: ImageSpec, blob: Descriptor, signal: AbortSignal): Promise<Readable> {
  if (base === undefined) throw new Error(`${name} has no base`);
  return base.source.openBlob(base.repository, blob, signal);
}

function normalized(platforms: readonly string[], name: string): string[] {
  if (platforms.length === 0) throw noPlatforms(name);
  return [...new Set(platforms.map((platform) => formatPlatform(parsePlatform(platform))))];
}

function filesFor({ files }: ImageSpec, platform: string): readonly ImageFile[] {
  return files.filter((file) => file.platforms?.some((one) => formatPlatform(parsePlatform(one)) === platform) ?? true);
}

/** Platforms with the same files share a layer, which is packed once. */
function layers(packing: Packing): (entries: readonly Entry[], signal: AbortSignal) => Promise<Layer> {
  const made: { readonly entries: readonly Entry[]; readonly layer: Layer }[] = [];
  return async (entries, signal) => {
    const before = made.find((one) => isSame(one.entries, entries));
    if (before !== undefined) return before.layer;
    const layer = await layerOf(entries, packing, signal);
    made.push({ entries, layer });
    return layer;
  };
}

function isSame(one: readonly Entry[], other: readonly Entry[]): boolean {
  return (
    one.length === other.length &&
    one.every((entry, at) => entry.path === other[at]?.path && sameFile(entry, other[at]))
  );
}

function sameFile(one: Entry, other: Entry | undefined): boolean {
  if (one.kind === "folder" || other === undefined || other.kind === "folder") return one.kind === other?.kind;
  return one.source === other.source && one.mode === other.mode && one.size === other.size;
}

function manifestIn(all: readonly Manifest[], root: Manifest, reference: string, spec: ImageSpec): Manifest {
  if (!isDigest(reference)) return root;
  const found = all.find(({ digest }) => digest === reference);
  if (found === undefined) throw notFound(reference, spec);
  return found;
}

function notFound(digest: Digest, { name }: ImageSpec): Failed {
  return new Failed({ code: "registry/not-found", class: "permanent", message: `${digest} is not part of ${name}` });
}

function noPlatforms(name: string): Failed {
  return new Failed({
    code: "oci/no-platforms",
    class: "usage",
    message: `${name} is for no platform at all`,
    hint: "Name one, as linux/amd64",
  });
}

function noAnnotations({ name }: ImageSpec): Failed {
  return new Failed({
    code: "oci/no-annotations",
    class: "usage",
    message: `${name} has annotations, which Docker's form of an image cannot carry`,
    hint: "Use labels, or the OCI form",
  });
}
