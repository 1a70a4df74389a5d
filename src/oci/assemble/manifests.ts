import { digestOf } from "../digest.ts";
import { type Descriptor, type Manifest, parseManifest } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import { type Platform, parsePlatform } from "../platform.ts";
import type { Layer } from "./layer.ts";
import type { ImageSpec } from "./spec.ts";

/** The media types of the two forms that an image can have. */
export const FORMS = {
  oci: {
    index: MediaType.ociIndex,
    manifest: MediaType.ociManifest,
    config: MediaType.ociConfig,
    layer: MediaType.ociLayerGzip,
  },
  docker: {
    index: MediaType.dockerList,
    manifest: MediaType.dockerManifest,
    config: MediaType.dockerConfig,
    layer: MediaType.dockerLayerGzip,
  },
} as const;

export type Form = (typeof FORMS)[keyof typeof FORMS];

/** One platform's image: its manifest, and the config that the manifest names. */
export interface PlatformImage {
  readonly platform: Platform;
  readonly manifest: Manifest;
  readonly config: { readonly descriptor: Descriptor; readonly bytes: Uint8Array };
}

const EPOCH = "1970-01-01T00:00:00Z";

/** The image of one platform: config (image-spec, config.md) and manifest. */
export function platformImage(spec: ImageSpec, form: Form, platformText: string, layer: Layer): PlatformImage {
  const platform = parsePlatform(platformText);
  const bytes = json({
    created: EPOCH,
    ...shortPlatform(platform),
    config: {
      ...(spec.user !== undefined && { User: spec.user }),
      ...(spec.env && { Env: Object.entries(sorted(spec.env)).map(([name, value]) => `${name}=${value}`) }),
      ...(spec.entrypoint && { Entrypoint: spec.entrypoint }),
      ...(spec.cmd && { Cmd: spec.cmd }),
      ...(spec.workdir !== undefined && { WorkingDir: spec.workdir }),
      ...(spec.labels && { Labels: sorted(spec.labels) }),
    },
    rootfs: { type: "layers", diff_ids: [layer.diffId] },
    history: [{ created: EPOCH, created_by: "mirror: files" }],
  });
  const descriptor = { mediaType: form.config, digest: digestOf(bytes), size: bytes.length };
  const manifest = parsed(spec, form.manifest, {
    config: descriptor,
    layers: [layer.descriptor],
    ...(spec.annotations && { annotations: sorted(spec.annotations) }),
  });
  return { platform, manifest, config: { descriptor, bytes } };
}

/** The index over the images of several platforms. */
export function indexOf(spec: ImageSpec, form: Form, images: readonly PlatformImage[]): Manifest {
  return parsed(spec, form.index, {
    manifests: images.map(({ platform, manifest }) => ({
      ...describe(manifest),
      platform: shortPlatform(platform),
    })),
    ...(spec.annotations && { annotations: sorted(spec.annotations) }),
  });
}

export const describe = ({ mediaType, digest, bytes }: Manifest): Descriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});

function parsed(spec: ImageSpec, mediaType: string, body: object): Manifest {
  return parseManifest(json({ schemaVersion: 2, mediaType, ...body }), mediaType, spec.name);
}

function shortPlatform({ os, architecture, variant }: Platform): Platform {
  return variant === undefined ? { os, architecture } : { architecture, os, variant };
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
