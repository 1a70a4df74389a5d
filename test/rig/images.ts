import { type Blob, descriptorOf, type Layer, layerType, seededLayer, seededNumber, sha256 } from "./blob.ts";

/**
 * Images made without any code of src/, so that a copy is judged from outside: whole sets, the same for the same seed.
 */
export interface Manifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface Image {
  /** What a tag names: an image manifest, or an index. */
  readonly top: Manifest;
  /** What an index lists, each to be put before it. */
  readonly children: readonly Manifest[];
  /** Configs and layers, each digest once. */
  readonly blobs: readonly Blob[];
}

export interface NamedImage {
  readonly repository: string;
  readonly tag: string;
  readonly image: Image;
}

/** Whose media types the manifests carry. */
export type Form = "oci" | "docker";

export interface SetOptions {
  readonly seed: string;
  readonly count: number;
  /** Base stacks of three layers that the images stand on in turn. */
  readonly stacks: number;
  /** Layers have from this many bytes up to four times as many. */
  readonly layerBytes: number;
}

const types = {
  oci: {
    manifest: "application/vnd.oci.image.manifest.v1+json",
    config: "application/vnd.oci.image.config.v1+json",
    index: "application/vnd.oci.image.index.v1+json",
  },
  docker: {
    manifest: "application/vnd.docker.distribution.manifest.v2+json",
    config: "application/vnd.docker.container.image.v1+json",
    index: "application/vnd.docker.distribution.manifest.list.v2+json",
  },
} as const;

/**
 * `count` images `team/app-1:1.0` … that share base layers. Every tenth, from the first, is an OCI index of two
 * platforms with attestations; every tenth from the sixth a Docker manifest list; of the rest half are Docker's, half OCI's.
 */
export function imageSet(options: SetOptions): NamedImage[] {
  return Array.from({ length: options.count }, (_, i) => ({
    repository: `team/app-${i + 1}`,
    tag: "1.0",
    image: imageOfSet(options, i),
  }));
}

/** An image of one platform. */
export function singleImage(layers: readonly Layer[], form: Form, architecture = "amd64"): Image {
  const typed = layers.map((layer) =>
    form === "docker" && layer.mediaType === layerType.oci ? { ...layer, mediaType: layerType.docker } : layer,
  );
  const config = jsonBlob(types[form].config, {
    architecture,
    os: "linux",
    config: { Cmd: ["/bin/true"] },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((layer) => ({ created_by: `layer ${layer.digest}` })),
  });
  return imageOf(types[form].manifest, config, typed);
}

/** An index over images by architecture; with attestations as BuildKit adds them, one for each platform. */
export function indexImage(
  platforms: ReadonlyMap<string, Image>,
  options: { form: Form; attestations: "with" | "without" },
): Image {
  const entries = [...platforms].map(([architecture, image]) => ({ image, platform: { architecture, os: "linux" } }));
  const attestations = options.attestations === "without" ? [] : entries.map(({ image }) => attestationOf(image));
  const listed = [
    ...entries.map(({ image, platform }) => ({ ...manifestDescriptor(image.top), platform })),
    ...attestations.map(({ image, of }) => ({
      ...manifestDescriptor(image.top),
      annotations: { "vnd.docker.reference.digest": of, "vnd.docker.reference.type": "attestation-manifest" },
      platform: { architecture: "unknown", os: "unknown" },
    })),
  ];
  const inside = [...entries, ...attestations].map(({ image }) => image);
  return {
    top: manifestOf(types[options.form].index, { manifests: listed }),
    children: inside.map((image) => image.top),
    blobs: uniqueBlobs(inside),
  };
}

/** Every blob of several images, each digest once. */
export function uniqueBlobs(images: readonly Image[]): Blob[] {
  return [...new Map(images.flatMap((image) => image.blobs).map((blob) => [blob.digest, blob])).values()];
}

function imageOfSet(options: SetOptions, i: number): Image {
  const variant = (architecture: string, form: Form) =>
    singleImage(
      [...baseStack(options, i % options.stacks, architecture), ...ownLayers(options, i, architecture)],
      form,
      architecture,
    );
  const platforms = (form: Form) => new Map(["amd64", "arm64"].map((name) => [name, variant(name, form)]));
  if (i % 10 === 0) return indexImage(platforms("oci"), { form: "oci", attestations: "with" });
  if (i % 10 === 5) return indexImage(platforms("docker"), { form: "docker", attestations: "without" });
  return variant("amd64", i % 2 === 0 ? "oci" : "docker");
}

function baseStack(options: SetOptions, stack: number, architecture: string): Layer[] {
  return [0, 1, 2].map((n) => setLayer(options, `stack-${stack}-${architecture}-${n}`));
}

function ownLayers(options: SetOptions, i: number, architecture: string): Layer[] {
  return Array.from({ length: 1 + (i % 2) }, (_, n) => setLayer(options, `app-${i}-${architecture}-${n}`));
}

function setLayer(options: SetOptions, name: string): Layer {
  const seed = `${options.seed}/${name}`;
  return seededLayer(seed, options.layerBytes + seededNumber(seed, options.layerBytes * 3));
}

function attestationOf(image: Image): { image: Image; of: string } {
  const of = image.top.digest;
  const statement = jsonBlob("application/vnd.in-toto+json", {
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://slsa.dev/provenance/v0.2",
    subject: [{ name: "image", digest: { sha256: of.slice("sha256:".length) } }],
  });
  const layer = { ...statement, annotations: { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" } };
  const config = jsonBlob(types.oci.config, {
    architecture: "unknown",
    os: "unknown",
    config: {},
    rootfs: { type: "layers", diff_ids: [statement.digest] },
  });
  return { of, image: imageOf(types.oci.manifest, config, [layer]) };
}

function imageOf(mediaType: string, config: Blob, layers: readonly Blob[]): Image {
  const top = manifestOf(mediaType, { config: descriptorOf(config), layers: layers.map(descriptorOf) });
  return { top, children: [], blobs: [config, ...layers] };
}

function manifestOf(mediaType: string, fields: object): Manifest {
  // Indented as docker and BuildKit write it: a copy that parses and prints the manifest anew changes its digest.
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...fields }, null, 3));
  return { mediaType, bytes, digest: sha256(bytes) };
}

function manifestDescriptor(manifest: Manifest) {
  return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
}

function jsonBlob(mediaType: string, value: object): Blob {
  const content = Buffer.from(JSON.stringify(value));
  return { mediaType, digest: sha256(content), size: content.length, content };
}
