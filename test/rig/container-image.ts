import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { type Blob, descriptorOf, type Layer, layerType, sha256 } from "./blob.ts";
import type { Image } from "./images.ts";

/** An entry of a layer. */
export interface TarEntry {
  readonly path: string;
  /** A file with this in it, where no other kind is named. */
  readonly content?: string | Uint8Array;
  readonly kind?: "file" | "folder" | "symlink" | "hardlink";
  /** Where a link points. */
  readonly target?: string;
  readonly mode?: number;
  /** Extended header records. */
  readonly pax?: Readonly<Record<string, string>>;
}

/** A container image as a Dockerfile would make it: layers of files, base first, and the settings of its config. */
export interface ContainerImage {
  readonly layers: readonly (readonly TarEntry[])[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly architecture?: string;
  readonly created?: string;
}

/** All labels that Red Hat wants. */
export const goodLabels = {
  name: "widget",
  vendor: "Example",
  version: "1.0",
  release: "1",
  summary: "a widget",
  description: "a widget of Example",
  maintainer: "team@example.com",
} as const;

const CONFIG = "application/vnd.oci.image.config.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const TYPES = { file: "file", folder: "directory", symlink: "symlink", hardlink: "link" } as const;

/** Makes the image, with none of src/. */
export async function containerImage(spec: ContainerImage): Promise<Image> {
  const layers = await Promise.all(spec.layers.map(containerLayer));
  const config = jsonBlob(CONFIG, {
    created: spec.created ?? "2026-01-01T00:00:00Z",
    architecture: spec.architecture ?? "amd64",
    os: "linux",
    config: { Cmd: ["/bin/app", "serve"], User: spec.user, Labels: spec.labels },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({ created_by: `layer ${index + 1}` })),
  });
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: descriptorOf(config),
      layers: layers.map(descriptorOf),
    }),
  );
  const blobs = [...new Map([config, ...layers].map((blob) => [blob.digest, blob])).values()];
  return { top: { mediaType: MANIFEST, bytes, digest: sha256(bytes) }, children: [], blobs };
}

/** A gzipped tar of entries. */
export async function containerLayer(entries: readonly TarEntry[]): Promise<Layer> {
  const tar = await tarOf(entries);
  const content = gzipSync(tar, { level: 1 });
  return { mediaType: layerType.oci, digest: sha256(content), size: content.length, content, diffId: sha256(tar) };
}

/** The tar of entries, uncompressed. */
export function tarOf(entries: readonly TarEntry[]): Promise<Uint8Array> {
  return packTar(
    entries.map(({ path, content = "", kind = "file", target, mode, pax }) => {
      const body = typeof content === "string" ? Buffer.from(content) : content;
      const type = TYPES[kind];
      const header = {
        name: kind === "folder" ? `${path}/` : path,
        type,
        size: kind === "file" ? body.length : 0,
        mode: mode ?? (kind === "folder" ? 0o755 : 0o644),
        mtime: new Date(0),
        ...(target === undefined ? {} : { linkname: target }),
        ...(pax === undefined ? {} : { pax: { ...pax } }),
      };
      return kind === "file" ? { header, body } : { header };
    }),
  );
}

function jsonBlob(mediaType: string, value: object): Blob {
  const content = Buffer.from(JSON.stringify(value));
  return { mediaType, digest: sha256(content), size: content.length, content };
}
