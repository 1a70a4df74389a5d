import { Failed } from "../../failure/index.ts";
import { type Digest, isDigest } from "../digest.ts";
import { type Descriptor, parseManifest, parseObject } from "../manifest.ts";
import { isIndexType, MediaType } from "../media-types.ts";

/** What a manifest needs to be whole, and what it says of itself to those who look for referrers. */
export interface Contents {
  /** Blobs that must be there: config and layers, or what else is not a manifest. */
  readonly blobs: readonly Descriptor[];
  /** Manifests that must be there: the children of an index. */
  readonly manifests: readonly Descriptor[];
  readonly subject: Digest | undefined;
  /** As distribution-spec, "Listing Referrers", has it: of an image without one, the config's media type. */
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

const IMAGE_TYPES: ReadonlySet<string> = new Set([MediaType.ociManifest, MediaType.dockerManifest]);

export const isManifestType = (mediaType: string): boolean => IMAGE_TYPES.has(mediaType) || isIndexType(mediaType);

/**
 * Reads what a manifest of any media type refers to. Images and indexes are checked in full; of other types,
 * `blobs` and `subject` are read where they have them. Throws `Failed` (`oci/bad-manifest`, `oci/schema1`).
 */
export function contentsOf(bytes: Uint8Array, mediaType: string, where: string): Contents {
  const body = parseObject(bytes, where);
  if (typeof body.mediaType === "string" && body.mediaType !== mediaType) {
    throw bad(where, `it says it is "${body.mediaType}" but was sent as "${mediaType}"`);
  }
  const said = {
    subject: subjectOf(body, where),
    artifactType: typeof body.artifactType === "string" && body.artifactType !== "" ? body.artifactType : undefined,
    annotations: annotationsOf(body),
  };
  if (!isManifestType(mediaType)) return { ...said, blobs: blobsOf(body, where), manifests: [] };

  const manifest = parseManifest(bytes, mediaType, where);
  if (manifest.kind === "image") {
    const blobs = [manifest.config, ...manifest.layers.filter((layer) => !isElsewhere(layer))];
    return { ...said, artifactType: said.artifactType ?? manifest.config.mediaType, blobs, manifests: [] };
  }
  return {
    ...said,
    blobs: manifest.manifests.filter((child) => !isManifestType(child.mediaType)),
    manifests: manifest.manifests.filter((child) => isManifestType(child.mediaType)),
  };
}

/** What manifests say never changes with their digest, so each is read once. */
export function rememberedContents(read: (manifest: Descriptor) => Promise<Uint8Array | undefined>, where: string) {
  const known = new Map<Digest, Contents>();

  /** Undefined for a manifest that is listed but not there, as layouts with chosen platforms have them. */
  async function of(manifest: Descriptor): Promise<Contents | undefined> {
    const before = known.get(manifest.digest);
    if (before !== undefined) return before;
    const bytes = await read(manifest);
    if (bytes === undefined) return undefined;
    const contents = contentsOf(bytes, manifest.mediaType, `${manifest.digest} in ${where}`);
    known.set(manifest.digest, contents);
    return contents;
  }

  async function needs(manifest: Descriptor, digest: Digest): Promise<boolean> {
    const contents = await of(manifest);
    return contents !== undefined && [...contents.blobs, ...contents.manifests].some((part) => part.digest === digest);
  }

  return { of, needs, remember: (digest: Digest, contents: Contents) => known.set(digest, contents) };
}

/** Layers that registries need not have: foreign and nondistributable ones (image-spec, layer.md). */
function isElsewhere(layer: Descriptor): boolean {
  return /\.(?:nondistributable|foreign)\./.test(layer.mediaType) || (layer.urls?.length ?? 0) > 0;
}

function subjectOf(body: Record<string, unknown>, where: string): Digest | undefined {
  const subject = body.subject as { digest?: unknown } | null | undefined;
  if (subject === undefined || subject === null) return undefined;
  if (typeof subject.digest === "string" && isDigest(subject.digest)) return subject.digest;
  throw bad(where, "its subject has no digest");
}

function annotationsOf(body: Record<string, unknown>): Readonly<Record<string, string>> | undefined {
  const { annotations } = body;
  return typeof annotations === "object" && annotations !== null ? (annotations as Record<string, string>) : undefined;
}

function blobsOf(body: Record<string, unknown>, where: string): Descriptor[] {
  if (!Array.isArray(body.blobs)) return [];
  return (body.blobs as (Descriptor | null)[]).map((blob) => {
    if (typeof blob?.digest === "string" && isDigest(blob.digest)) return blob;
    throw bad(where, "an entry of blobs has no digest");
  });
}

function bad(where: string, why: string): Failed {
  return new Failed({
    code: "oci/bad-manifest",
    class: "permanent",
    message: `The manifest of ${where} cannot be taken: ${why}`,
  });
}
