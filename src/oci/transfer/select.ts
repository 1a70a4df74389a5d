import { Failed } from "../../failure/index.ts";
import type { Digest } from "../digest.ts";
import { type Descriptor, type ImageManifest, type IndexManifest, type Manifest, parseManifest } from "../manifest.ts";
import { isImageType, isIndexType } from "../media-types.ts";
import { formatPlatform, isWanted, type Platform } from "../platform.ts";

/** What is copied of an image: all of it, or the part that some platforms need. */
export interface Selection {
  readonly root: Manifest;
  /** Indexes that were trimmed on the way, and stand at no source, by their new digest. */
  readonly made: ReadonlyMap<Digest, Manifest>;
  readonly trimmed: boolean;
}

/** How to look at what an index only refers to. */
export interface Look {
  /** For messages: `host/repository@digest`. */
  readonly name: string;
  readonly manifest: (digest: Digest) => Promise<Manifest>;
  /** The platform in an image's config. */
  readonly platform: (image: ImageManifest) => Promise<Platform | undefined>;
}

/**
 * Leaves in an index what the wanted platforms need; attestations go with the image they are about. Where all
 * entries stay, the bytes stay too; otherwise the new bytes depend on the old ones and on the platforms alone.
 * Throws `Failed` (`transfer/no-such-platform`) where nothing is left.
 */
export async function selectPlatforms(root: Manifest, wanted: readonly Platform[], look: Look): Promise<Selection> {
  if (root.kind === "image") return selectImage(root, wanted, look);
  const made = new Map<Digest, Manifest>();
  const offered: string[] = [];
  const trimmed = await trimIndex(root, { wanted, look, made, offered });
  if (trimmed === undefined) throw noSuchPlatform(wanted, offered, look.name);
  return { root: trimmed, made, trimmed: trimmed !== root };
}

interface Trimming {
  readonly wanted: readonly Platform[];
  readonly look: Look;
  readonly made: Map<Digest, Manifest>;
  readonly offered: string[];
}

async function selectImage(image: ImageManifest, wanted: readonly Platform[], look: Look): Promise<Selection> {
  const platform = await look.platform(image);
  if (platform !== undefined && !isWanted(platform, wanted)) {
    throw noSuchPlatform(wanted, [formatPlatform(platform)], look.name);
  }
  return { root: image, made: new Map(), trimmed: false };
}

/** The index itself where all stays, a new one where some goes, undefined where nothing is left. */
async function trimIndex(index: IndexManifest, trimming: Trimming): Promise<IndexManifest | undefined> {
  const kept = new Map<Digest, Descriptor>();
  for (const entry of index.manifests) {
    if (aboutOther(entry) !== undefined) continue;
    const left = await trimEntry(entry, trimming);
    if (left !== undefined) kept.set(entry.digest, left);
  }
  if (kept.size === 0) return undefined;
  for (const entry of index.manifests) {
    const subject = aboutOther(entry);
    if (subject !== undefined && kept.has(subject)) kept.set(entry.digest, entry);
  }
  const unchanged = index.manifests.every((entry) => kept.get(entry.digest) === entry);
  return unchanged ? index : rewrite(index, kept, trimming);
}

async function trimEntry(entry: Descriptor, trimming: Trimming): Promise<Descriptor | undefined> {
  const { wanted, look, made, offered } = trimming;
  if (isIndexType(entry.mediaType)) {
    const nested = await look.manifest(entry.digest);
    if (nested.kind !== "index") return entry;
    const left = await trimIndex(nested, trimming);
    if (left === nested || left === undefined) return left && entry;
    made.set(left.digest, left);
    return { ...entry, digest: left.digest, size: left.bytes.length };
  }
  const platform = entry.platform ?? (await platformInside(entry, look));
  if (platform === undefined || platform.os === "unknown") return entry;
  offered.push(formatPlatform(platform));
  return isWanted(platform, wanted) ? entry : undefined;
}

async function platformInside(entry: Descriptor, look: Look): Promise<Platform | undefined> {
  if (!isImageType(entry.mediaType)) return undefined;
  const manifest = await look.manifest(entry.digest);
  return manifest.kind === "image" ? look.platform(manifest) : undefined;
}

/** The image that an attestation is about (BuildKit, "attestation storage"). */
function aboutOther({ platform, annotations }: Descriptor): Digest | undefined {
  if (platform?.os !== "unknown" || platform.architecture !== "unknown") return undefined;
  return annotations?.["vnd.docker.reference.digest"] as Digest | undefined;
}

/** The same JSON with fewer entries, fields in the order they had. */
function rewrite(index: IndexManifest, kept: ReadonlyMap<Digest, Descriptor>, { look, made }: Trimming): IndexManifest {
  const body = JSON.parse(new TextDecoder().decode(index.bytes)) as { manifests: { digest: Digest; size: number }[] };
  body.manifests = body.manifests.flatMap((entry) => {
    const left = kept.get(entry.digest);
    return left === undefined ? [] : [{ ...entry, digest: left.digest, size: left.size }];
  });
  const manifest = parseManifest(Buffer.from(JSON.stringify(body)), index.mediaType, look.name);
  if (manifest.kind !== "index") throw new Error("a trimmed index is an index");
  made.set(manifest.digest, manifest);
  return manifest;
}

function noSuchPlatform(wanted: readonly Platform[], offered: readonly string[], name: string): Failed {
  const there = [...new Set(offered)];
  return new Failed({
    code: "transfer/no-such-platform",
    class: "permanent",
    message: `${name} is not for ${wanted.map(formatPlatform).join(" or ")}`,
    hint:
      there.length === 0
        ? "Choose another tag, or leave platforms out of the target"
        : `Choose among the platforms it is for: ${there.join(", ")}`,
  });
}
