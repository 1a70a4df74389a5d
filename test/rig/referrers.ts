import { type Blob, descriptorOf, seededBytes, sha256 } from "./blob.ts";
import type { Image, Manifest, NamedImage } from "./images.ts";

/** Signatures, SBOMs and attestations as cosign, oras and trivy push them, made without any code of src/. */
const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** What refers to an image, where `pushImage` puts it: under a tag, or under its digest. */
export type NamedReferrer = NamedImage & { readonly by: "tag" | "subject" };

/** The signature that cosign 2 keeps under a tag; each of `signers` is a layer. */
export function cosignSignature(of: Manifest, signers: readonly string[] = ["release"]): Image {
  const payloads = signers.map((signer) =>
    blobOf("application/vnd.dev.cosign.simplesigning.v1+json", {
      critical: { image: { "docker-manifest-digest": of.digest }, type: "cosign container image signature" },
      optional: { signer },
    }),
  );
  const config = blobOf("application/vnd.oci.image.config.v1+json", {
    architecture: "",
    os: "",
    rootfs: { type: "layers", diff_ids: payloads.map(({ digest }) => digest) },
  });
  const layers = payloads.map((payload) => ({
    ...payload,
    annotations: { "dev.cosignproject.cosign/signature": seededBytes(payload.digest, 64).toString("base64") },
  }));
  return {
    top: manifestOf({ config: descriptorOf(config), layers: layers.map(descriptorOf) }),
    children: [],
    blobs: [config, ...layers],
  };
}

/** A signature as cosign 3 pushes it: a bundle whose manifest names its subject. */
export function bundleSignature(of: Manifest): Image {
  const bundle = blobOf(BUNDLE, { mediaType: BUNDLE, dsseEnvelope: { payload: of.digest } });
  return artifact(of, BUNDLE, bundle, {
    "dev.sigstore.bundle.content": "dsse-envelope",
    "dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1",
  });
}

/** A provenance attestation in the same form. */
export function bundleAttestation(of: Manifest): Image {
  const bundle = blobOf(BUNDLE, { mediaType: BUNDLE, dsseEnvelope: { payload: of.digest, provenance: true } });
  return artifact(of, BUNDLE, bundle, {
    "dev.sigstore.bundle.content": "dsse-envelope",
    "dev.sigstore.bundle.predicateType": "https://slsa.dev/provenance/v1",
  });
}

/** An SBOM as `oras attach` and trivy push it. */
export function sbom(of: Manifest, name = "sbom"): Image {
  const document = blobOf("application/spdx+json", { spdxVersion: "SPDX-2.3", name, about: of.digest });
  return artifact(of, "application/spdx+json", document, { "org.opencontainers.image.title": `${name}.spdx.json` });
}

/** An artifact of any type about a manifest. */
export function artifact(of: Manifest, artifactType: string, content: Blob, annotations: object): Image {
  const config = { mediaType: "application/vnd.oci.empty.v1+json", ...bytesOf(Buffer.from("{}")) };
  const subject = { mediaType: of.mediaType, digest: of.digest, size: of.bytes.length };
  const fields = { artifactType, config: descriptorOf(config), layers: [descriptorOf(content)], subject, annotations };
  return { top: manifestOf(fields), children: [], blobs: [config, content] };
}

/** The list of referrers that registries without the API have at a tag. */
export function referrersIndex(referrers: readonly Image[]): Image {
  const manifests = referrers.map(({ top }) => {
    const { artifactType } = JSON.parse(top.bytes.toString()) as { artifactType: string };
    return { mediaType: top.mediaType, digest: top.digest, size: top.bytes.length, artifactType };
  });
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, null, 1));
  return { top: { mediaType: OCI_INDEX, digest: sha256(bytes), bytes }, children: [], blobs: [] };
}

/** `sha256-<hex>`, with what cosign puts behind it. */
export const digestTag = ({ digest }: Manifest, suffix = ""): string => digest.replace(":", "-") + suffix;

/**
 * What refers to an image: a signature under a tag for it and for each of its children; an SBOM and a bundle by
 * subject; and a signature of the SBOM. With `api: "without"` also the tags that list them.
 */
export function referrersOf(
  { repository, image }: NamedImage,
  { api }: { readonly api: "with" | "without" },
): NamedReferrer[] {
  const at = (tag: string, one: Image, by: NamedReferrer["by"]): NamedReferrer => ({ repository, tag, image: one, by });
  const document = sbom(image.top);
  const bundle = bundleSignature(image.top);
  const ofDocument = bundleSignature(document.top);
  const found = [
    ...[image.top, ...image.children].map((one) => at(digestTag(one, ".sig"), cosignSignature(one), "tag")),
    ...[document, bundle, ofDocument].map((one) => at(one.top.digest, one, "subject")),
  ];
  if (api === "with") return found;
  return [
    ...found,
    at(digestTag(image.top), referrersIndex([document, bundle]), "tag"),
    at(digestTag(document.top), referrersIndex([ofDocument]), "tag"),
  ];
}

function manifestOf(fields: object): Manifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, ...fields }, null, 2));
  return { mediaType: OCI_MANIFEST, digest: sha256(bytes), bytes };
}

function blobOf(mediaType: string, value: object): Blob {
  return { mediaType, ...bytesOf(Buffer.from(JSON.stringify(value))) };
}

const bytesOf = (content: Buffer) => ({ digest: sha256(content), size: content.length, content });
