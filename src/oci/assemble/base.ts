import { Failed } from "../../failure/index.ts";
import { type ImageAt, imageFor, platformsAt } from "../child-for.ts";
import type { Digest } from "../digest.ts";
import { gathered } from "../http/index.ts";
import type { Descriptor } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import { type Platform, parsePlatform } from "../platform.ts";
import type { ImageSpec } from "./spec.ts";

/** What an image config says (image-spec, config.md), as far as it matters to what is put on top. */
export interface BaseConfig {
  readonly [key: string]: unknown;
  readonly config?: {
    readonly [key: string]: unknown;
    readonly Env?: readonly string[] | null;
    readonly Labels?: Readonly<Record<string, string>> | null;
  };
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly object[];
}

/** The image of one platform that files are added to. */
export interface BaseImage {
  readonly form: "oci" | "docker";
  readonly layers: readonly Descriptor[];
  readonly config: BaseConfig;
}

/** Platforms of an image that is made: those asked for, those of its base, or the usual one. */
export async function platformsFor({ platforms, base }: ImageSpec, signal: AbortSignal): Promise<readonly string[]> {
  if (platforms !== undefined || base === undefined) return platforms ?? ["linux/amd64"];
  const offered = await platformsAt(base, signal);
  if (offered.length > 0) return offered;
  const { config } = await readBase(base, parsePlatform("linux/amd64"), "", signal);
  const { os = "linux", architecture = "amd64", variant } = config as Partial<Record<keyof Platform, string>>;
  return [variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`];
}

/** Reads what an image is to be put on. Throws `Failed` (`oci/bad-config`, `oci/no-such-platform`). */
export async function readBase(
  base: ImageAt,
  platform: Platform,
  name: string,
  signal: AbortSignal,
): Promise<BaseImage> {
  const manifest = await imageFor(base, platform, `The base of ${name}`, signal);
  const config = parse(String(await gathered(await base.source.openBlob(base.repository, manifest.config, signal))));
  if (config === undefined) throw badConfig(manifest.config.digest);
  const form = manifest.mediaType === MediaType.dockerManifest ? "docker" : "oci";
  return { form, layers: manifest.layers, config };
}

function parse(text: string): BaseConfig | undefined {
  try {
    const config = JSON.parse(text) as Partial<BaseConfig> | null;
    return Array.isArray(config?.rootfs?.diff_ids) ? (config as BaseConfig) : undefined;
  } catch {
    return undefined;
  }
}

function badConfig(digest: Digest): Failed {
  return new Failed({
    code: "oci/bad-config",
    class: "permanent",
    message: `${digest}, the config of a base, is not that of an image`,
    hint: "Choose a base that is an image of a container",
  });
}
