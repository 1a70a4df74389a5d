import { Failed } from "../failure/index.ts";
import type { ImageSource } from "./content.ts";
import type { Digest } from "./digest.ts";
import type { ImageManifest } from "./manifest.ts";
import { formatPlatform, isWanted, type Platform } from "./platform.ts";

/** An image or index at its source. */
export interface ImageAt {
  readonly source: ImageSource;
  readonly repository: string;
  readonly digest: Digest;
}

/**
 * The image of one platform, where `at` may be an index; an image that is no index is taken for what it is. Throws
 * `Failed` (`oci/no-such-platform`). `name` names it in failures.
 */
export async function imageFor(
  at: ImageAt,
  platform: Platform,
  name: string,
  signal: AbortSignal,
): Promise<ImageManifest> {
  const root = await at.source.getManifest(at.repository, at.digest, signal);
  if (root.kind === "image") return root;
  const child = root.manifests.find((entry) => entry.platform !== undefined && isWanted(entry.platform, [platform]));
  if (child === undefined) throw noSuchPlatform(name, platform, root.manifests);
  return imageFor({ ...at, digest: child.digest }, platform, name, signal);
}

/** The platforms that an index is for, `unknown` ones left out; none for an image that is no index. */
export async function platformsAt(at: ImageAt, signal: AbortSignal): Promise<readonly string[]> {
  const root = await at.source.getManifest(at.repository, at.digest, signal);
  if (root.kind === "image") return [];
  const platforms = root.manifests.flatMap(({ platform }) => platform ?? []);
  return [...new Set(platforms.filter(({ os }) => os !== "unknown").map(formatPlatform))];
}

function noSuchPlatform(
  name: string,
  platform: Platform,
  offered: readonly { readonly platform?: Platform | undefined }[],
): Failed {
  const there = offered.flatMap(({ platform: one }) => (one === undefined ? [] : [formatPlatform(one)]));
  return new Failed({
    code: "oci/no-such-platform",
    class: "usage",
    message: `${name} is not there for ${formatPlatform(platform)}`,
    hint: there.length > 0 ? `Choose among the platforms it is for: ${there.join(", ")}` : "Choose another base",
  });
}
