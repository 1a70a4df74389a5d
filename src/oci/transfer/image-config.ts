import { Failed } from "../../failure/index.ts";
import type { ImageSource } from "../content.ts";
import { gathered } from "../http/index.ts";
import type { ImageManifest } from "../manifest.ts";
import type { Platform } from "../platform.ts";

const LARGEST_CONFIG = 16 * 1024 * 1024;
const IMAGE_CONFIGS = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

/** The platform that an image's config names; undefined for what is no image that runs: charts, signatures. */
export async function platformOf(
  source: ImageSource,
  repository: string,
  { config }: ImageManifest,
  signal: AbortSignal,
): Promise<Platform | undefined> {
  if (!IMAGE_CONFIGS.has(config.mediaType)) return undefined;
  if (config.size > LARGEST_CONFIG) throw bad(source, repository, "it is too large");
  const bytes = await gathered(await source.openBlob(repository, config, signal));
  const { os, architecture, variant } = parse(bytes, source, repository);
  if (typeof os !== "string" || typeof architecture !== "string" || os === "" || architecture === "") return undefined;
  return typeof variant === "string" && variant !== "" ? { os, architecture, variant } : { os, architecture };
}

function parse(bytes: Buffer, source: ImageSource, repository: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    throw bad(source, repository, "it is not JSON");
  }
}

function bad(source: ImageSource, repository: string, why: string): Failed {
  return new Failed({
    code: "oci/bad-config",
    class: "permanent",
    message: `The config of ${source.name}/${repository} cannot be read: ${why}`,
  });
}
