import { Failed } from "../failure/index.ts";
import { type Digest, digestOf, parseDigest } from "./digest.ts";
import { isImageType, isIndexType, MediaType } from "./media-types.ts";

/** What a manifest says of another piece of content (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: {
    readonly os: string;
    readonly architecture: string;
    readonly variant?: string;
    readonly "os.version"?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where the content may be had instead: foreign layers. */
  readonly urls?: readonly string[];
  readonly artifactType?: string;
}

/** A manifest with the very bytes it came in; the digest is computed from them, not believed. */
export type Manifest = ImageManifest | IndexManifest;

interface ManifestBase {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
}

export interface ImageManifest extends ManifestBase {
  readonly kind: "image";
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface IndexManifest extends ManifestBase {
  readonly kind: "index";
  readonly manifests: readonly Descriptor[];
}

/**
 * Reads a manifest or index from its bytes. `where` names it in failures.
 * Throws `Failed`: `oci/bad-manifest`, or `oci/schema1` for Docker's retired form.
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined, where: string): Manifest {
  const body = parseObject(bytes, where);
  const declared = contentType?.split(";")[0]?.trim();
  const mediaType = typeof body.mediaType === "string" ? body.mediaType : declared;
  if (
    body.schemaVersion === 1 ||
    mediaType === MediaType.dockerSchema1 ||
    mediaType === MediaType.dockerSchema1Signed
  ) {
    throw schema1(where);
  }
  if (mediaType === undefined) throw bad(where, "it has no media type");
  if (declared !== undefined && isKnown(declared) && declared !== mediaType) {
    throw bad(where, `it was sent as ${declared} and calls itself ${mediaType}`);
  }
  if (body.manifests !== undefined && (body.layers !== undefined || body.config !== undefined)) {
    throw bad(where, "it could be read as an index and as an image");
  }
  const digest = digestOf(bytes);
  if (isIndexType(mediaType)) {
    return { kind: "index", bytes, digest, mediaType, manifests: descriptors(body.manifests, "manifests", where) };
  }
  if (isImageType(mediaType)) {
    const [config] = descriptors([body.config], "config", where);
    if (config === undefined) throw bad(where, "it has no config");
    return { kind: "image", bytes, digest, mediaType, config, layers: descriptors(body.layers, "layers", where) };
  }
  throw bad(where, `its media type "${mediaType}" is none of an image or an index`);
}

const isKnown = (mediaType: string): boolean => isIndexType(mediaType) || isImageType(mediaType);

/** The JSON object that a manifest of any kind is. Throws `Failed` (`oci/bad-manifest`). */
export function parseObject(bytes: Uint8Array, where: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw bad(where, "it is not JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw bad(where, "it is not a JSON object");
  return body as Record<string, unknown>;
}

function descriptors(value: unknown, field: string, where: string): Descriptor[] {
  if (!Array.isArray(value)) throw bad(where, `it has no ${field}`);
  return value.map((entry: unknown) => {
    const candidate = entry as Partial<Descriptor> | null;
    if (typeof candidate !== "object" || candidate === null) throw bad(where, `an entry of ${field} is no descriptor`);
    const { mediaType, size } = candidate;
    if (typeof mediaType !== "string") throw bad(where, `an entry of ${field} has no media type`);
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
      throw bad(where, `an entry of ${field} has no size`);
    return { ...candidate, mediaType, size, digest: parseDigest(String(candidate.digest), where) };
  });
}

function bad(where: string, why: string): Failed {
  return new Failed({
    code: "oci/bad-manifest",
    class: "permanent",
    message: `The manifest of ${where} cannot be read: ${why}`,
  });
}

function schema1(where: string): Failed {
  return new Failed({
    code: "oci/schema1",
    class: "permanent",
    message: `${where} is in Docker's schema 1 form, which registries no longer serve and mirror does not copy`,
    hint: "Push it again with a current docker or buildah, or choose a newer tag",
  });
}
