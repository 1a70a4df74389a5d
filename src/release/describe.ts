import type { Config, Platform } from "../config/index.ts";
import {
  type Descriptor,
  type Digest,
  formatPlatform,
  isIndexType,
  isWanted,
  type Manifest,
  type Platform as OciPlatform,
  platformInConfig,
} from "../oci/index.ts";
import type { Location } from "../registries/index.ts";
import type { LockedImage, LockedPlatform } from "./lock/index.ts";
import { declaredName } from "./several.ts";

/** Platforms whose bytes are asked for: each costs a request, and on Docker Hub a pull. */
export type Wanted = "all" | readonly Platform[];

/** The platforms of an image that its targets take; all where one takes all, and where it is at no target. */
export function wantedPlatforms(config: Config, image: string): Wanted {
  const declared = declaredName(image);
  const targets = [...config.targets.values()].filter(({ entries }) =>
    entries.some((entry) => entry.image === image || entry.image === declared),
  );
  if (targets.length === 0 || targets.some(({ platforms }) => platforms === undefined)) return "all";
  return targets.flatMap(({ platforms }) => platforms ?? []);
}

/** What the lock has of an image beside where it stands. */
export type Description = Pick<LockedImage, "size" | "platforms">;

/** The platforms of an image with their digests, and the bytes of those that are wanted. Rejects like the registry. */
export type Describe = (at: Location, digest: Digest, wanted: Wanted) => Promise<Description>;

/** Describes each image once: it is begun as soon as an image is pinned, and not when the last of them is. */
export function createDescribe(signal: AbortSignal): Describe {
  const begun = new Map<string, Promise<Description>>();
  return (at, digest, wanted) => {
    const platforms = wanted === "all" ? wanted : wanted.map(formatPlatform).join(" ");
    const key = `${at.registry.name} ${at.repository}@${digest} ${platforms}`;
    const description = begun.get(key) ?? describeImage(at, digest, wanted, signal);
    begun.set(key, description);
    return description;
  };
}

async function describeImage(
  { registry, repository }: Location,
  digest: Digest,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Description> {
  const read = (of: Digest): Promise<Manifest> => registry.getManifest(repository, of, signal);
  const counted = new Map<Digest, number>();
  const platforms = new Map<string, LockedPlatform>();

  const add = async (manifest: Manifest, named: string | undefined): Promise<void> => {
    if (manifest.kind === "index") {
      counted.set(manifest.digest, manifest.bytes.length);
      await Promise.all(manifest.manifests.map(addEntry));
      return;
    }
    const parts = new Map([
      ...[manifest.config, ...manifest.layers].map(sizeOf),
      [manifest.digest, manifest.bytes.length] as const,
    ]);
    for (const [part, size] of parts) counted.set(part, size);
    const platform = named ?? nameOf(await platformInConfig(registry, repository, manifest, signal));
    if (platform !== undefined) platforms.set(platform, { digest: manifest.digest, size: sum(parts.values()) });
  };

  const addEntry = async (entry: Descriptor): Promise<void> => {
    const { platform } = entry;
    // Attestations have a platform that is none.
    if (platform?.os === "unknown") return;
    if (platform !== undefined && wanted !== "all" && !isWanted(platform, wanted)) {
      platforms.set(nameOf(platform) ?? "", { digest: entry.digest, size: undefined });
      return;
    }
    await add(await read(entry.digest), isIndexType(entry.mediaType) ? undefined : nameOf(platform));
  };

  await add(await read(digest), undefined);
  return { size: sum(counted.values()), platforms };
}

const sizeOf = ({ digest, size }: Descriptor): readonly [Digest, number] => [digest, size];

const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + size, 0);

function nameOf(platform: Descriptor["platform"] | OciPlatform): string | undefined {
  if (platform === undefined) return undefined;
  const version = "os.version" in platform ? platform["os.version"] : undefined;
  return version === undefined ? formatPlatform(platform) : `${formatPlatform(platform)} ${version}`;
}
