import { digestOf } from "../digest.ts";
import { type Descriptor, type Manifest, parseManifest } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import { type Platform, parsePlatform } from "../platform.ts";
import type { BaseConfig, BaseImage } from "./base.ts";
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

/** A manifest, and what it runs on. */
export interface PlatformManifest {
  readonly platform: Platform;
  readonly manifest: Manifest;
}

/** One platform's image: its manifest, and the config that the manifest names. */
export interface PlatformImage extends PlatformManifest {
  readonly config: { readonly descriptor: Descriptor; readonly bytes: Uint8Array };
}

const EPOCH = "1970-01-01T00:00:00Z";

/** What one platform's image is made of: a layer of files unless there are none, on a base or on nothing. */
export interface Parts {
  readonly layer: Layer | undefined;
  readonly base: BaseImage | undefined;
}

/** The image of one platform: config (image-spec, config.md) and manifest. */
export function platformImage(
  spec: ImageSpec,
  form: Form,
  platformText: string,
  { layer, base }: Parts,
): PlatformImage {
  const platform = parsePlatform(platformText);
  const history = { created: EPOCH, created_by: "mirror: files", ...(layer === undefined && { empty_layer: true }) };
  const bytes = json({
    ...(base?.config ?? { created: EPOCH, ...shortPlatform(platform) }),
    config: settings(spec, base?.config.config ?? {}),
    rootfs: { type: "layers", diff_ids: [...(base?.config.rootfs.diff_ids ?? []), ...(layer ? [layer.diffId] : [])] },
    history: [...(base?.config.history ?? []), history],
  });
  const descriptor = { mediaType: form.config, digest: digestOf(bytes), size: bytes.length };
  const manifest = parsed(spec, form.manifest, {
    config: descriptor,
    layers: [...(base?.layers ?? []), ...(layer ? [layer.descriptor] : [])],
    ...(spec.annotations && { annotations: sorted(spec.annotations) }),
  });
  return { platform, manifest, config: { descriptor, bytes } };
}

/** What a container is started with. A new entry point does not take the arguments of the old one, as in builders. */
function settings(spec: ImageSpec, base: NonNullable<BaseConfig["config"]>): object {
  const env = { ...variablesIn(base.Env ?? []), ...spec.env };
  const { Cmd: _cmd, ...withoutCmd } = base;
  return {
    ...(spec.entrypoint === undefined ? base : withoutCmd),
    ...(spec.user !== undefined && { User: spec.user }),
    ...((spec.env || base.Env) && { Env: Object.entries(sorted(env)).map(([name, value]) => `${name}=${value}`) }),
    ...(spec.entrypoint && { Entrypoint: spec.entrypoint }),
    ...(spec.cmd && { Cmd: spec.cmd }),
    ...(spec.workdir !== undefined && { WorkingDir: spec.workdir }),
    ...((spec.labels || base.Labels) && { Labels: sorted({ ...base.Labels, ...spec.labels }) }),
  };
}

function variablesIn(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.map((text) => {
      const at = text.indexOf("=");
      return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** The index over the images of several platforms. */
export const indexOf = (
  spec: Pick<ImageSpec, "name" | "annotations">,
  form: Form,
  images: readonly PlatformManifest[],
): Manifest =>
  parsed(spec, form.index, {
    manifests: images.map(({ platform, manifest }) => ({
      ...describe(manifest),
      platform: shortPlatform(platform),
    })),
    ...(spec.annotations && { annotations: sorted(spec.annotations) }),
  });

/** The OCI index over images that others have made. `name` names it in failures. */
export const assembleIndex = (name: string, images: readonly PlatformManifest[]): Manifest =>
  indexOf({ name }, FORMS.oci, images);

export const describe = ({ mediaType, digest, bytes }: Manifest): Descriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});

function parsed(spec: Pick<ImageSpec, "name">, mediaType: string, body: object): Manifest {
  return parseManifest(json({ schemaVersion: 2, mediaType, ...body }), mediaType, spec.name);
}

function shortPlatform({ os, architecture, variant }: Platform): Platform {
  return variant === undefined ? { os, architecture } : { architecture, os, variant };
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
