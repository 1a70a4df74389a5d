import { type Digest, isDigest } from "../digest.ts";
import type { Manifest } from "../manifest.ts";
import type { ImageTree } from "../transfer/tree.ts";

/** What a manifest is to the one it refers to. */
export type ReferrerKind = "signature" | "sbom" | "attestation" | "artifact";

/** A manifest that refers to another, with all it is made of. */
export interface Referrer {
  readonly tree: ImageTree;
  readonly kind: ReferrerKind;
  /** What it refers to. */
  readonly subject: Digest;
  /** The tag by which cosign finds it; undefined where it is found by its `subject` alone. */
  readonly tag: string | undefined;
  /** As a list of referrers has it; undefined where its manifest names no subject. */
  readonly entry: ReferrerEntry | undefined;
}

/** A descriptor in a list of referrers (distribution-spec, "Listing Referrers"). */
export interface ReferrerEntry {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How many there are of each kind. */
export type ReferrerCounts = Readonly<Record<ReferrerKind, number>>;

/** Nothing refers to it, or nobody looked. */
export const NO_REFERRERS: ReferrerCounts = { signature: 0, sbom: 0, attestation: 0, artifact: 0 };

/** Counts by kind; cosign keeps several signatures, or several attestations, as the layers of one manifest. */
export function countReferrers(referrers: readonly Referrer[]): ReferrerCounts {
  const counts = { ...NO_REFERRERS };
  for (const { kind, tag, tree } of referrers) {
    const { root } = tree;
    counts[kind] += tag !== undefined && root.kind === "image" ? Math.max(1, root.layers.length) : 1;
  }
  return counts;
}

/** A manifest read as a referrer, found by its subject or by a tag. */
export function asReferrer(tree: ImageTree, subject: Digest, tag: string | undefined): Referrer {
  const said = saidBy(tree.root);
  const entry = said.subject === subject ? entryOf(tree.root, said) : undefined;
  return { tree, subject, tag, entry, kind: kindByTag(tag) ?? kindOf(tree.root, said) };
}

interface Said {
  readonly subject: Digest | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** The fields of a manifest that matter to referrers alone (image-spec, manifest.md). */
function saidBy({ bytes }: Manifest): Said {
  const body = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const subject = (body.subject as { digest?: unknown } | null | undefined)?.digest;
  const { artifactType, annotations } = body;
  return {
    subject: typeof subject === "string" && isDigest(subject) ? subject : undefined,
    artifactType: typeof artifactType === "string" && artifactType !== "" ? artifactType : undefined,
    annotations:
      typeof annotations === "object" && annotations !== null ? (annotations as Record<string, string>) : undefined,
  };
}

function entryOf(manifest: Manifest, { artifactType, annotations }: Said): ReferrerEntry {
  const type = artifactType ?? (manifest.kind === "image" ? manifest.config.mediaType : undefined);
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...(type === undefined ? {} : { artifactType: type }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function kindByTag(tag: string | undefined): ReferrerKind | undefined {
  if (tag?.endsWith(".sig")) return "signature";
  if (tag?.endsWith(".att")) return "attestation";
  return tag?.endsWith(".sbom") ? "sbom" : undefined;
}

const COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1";

/** By the types that cosign, notation, oras, trivy and syft give what they push. */
function kindOf(manifest: Manifest, { artifactType, annotations }: Said): ReferrerKind {
  const types = [artifactType ?? ""];
  if (manifest.kind === "image") types.push(manifest.config.mediaType, ...manifest.layers.map((one) => one.mediaType));
  const text = types.join(" ");
  if (/sigstore\.bundle/.test(text)) {
    const predicate = annotations?.["dev.sigstore.bundle.predicateType"];
    return predicate === undefined || predicate === COSIGN_SIGN ? "signature" : "attestation";
  }
  if (/cosign\.artifact\.sig|cosign\.simplesigning|notary\.signature/.test(text)) return "signature";
  if (/in-toto|attestation/.test(text)) return "attestation";
  return /spdx|cyclonedx|syft|sbom/i.test(text) ? "sbom" : "artifact";
}
