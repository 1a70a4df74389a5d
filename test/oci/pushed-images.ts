import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { type Descriptor, type Digest, digestOf, MediaType, type RegistryClient } from "../../src/oci/index.ts";

const never = new AbortController().signal;

export interface PushedImage extends Descriptor {
  readonly bytes: Uint8Array;
}

/** Pushes a blob of these bytes. */
export async function pushBlob(client: RegistryClient, repository: string, bytes: Uint8Array): Promise<Descriptor> {
  const digest = digestOf(bytes);
  const open = async (): Promise<Readable> => Readable.from([bytes]);
  await client.uploadBlob(repository, { digest, size: bytes.length, open }, never);
  return { mediaType: MediaType.ociLayerGzip, digest, size: bytes.length };
}

/** Pushes an image of these layers, each image with a config of its own; under its digest where no tag is given. */
export async function pushImage(
  client: RegistryClient,
  repository: string,
  options: {
    readonly layers: readonly Uint8Array[];
    readonly tag?: string;
    readonly architecture?: string;
    readonly foreign?: Descriptor;
  },
): Promise<PushedImage> {
  const architecture = options.architecture ?? "amd64";
  const about = { os: "linux", architecture, author: randomBytes(8).toString("hex"), rootfs: { type: "layers" } };
  const config = await pushBlob(client, repository, Buffer.from(JSON.stringify(about)));
  const layers: Descriptor[] = [];
  for (const layer of options.layers) layers.push(await pushBlob(client, repository, layer));
  if (options.foreign !== undefined) layers.push(options.foreign);
  const body = {
    schemaVersion: 2 as const,
    mediaType: MediaType.ociManifest,
    config: { ...config, mediaType: MediaType.ociConfig },
    layers,
  };
  return pushManifest(client, repository, options.tag, body);
}

/** Pushes an index with white space in its JSON, as only the very bytes have the right digest. */
export function pushIndex(
  client: RegistryClient,
  repository: string,
  tag: string | undefined,
  manifests: readonly Descriptor[],
): Promise<PushedImage> {
  const entries = manifests.map(({ mediaType, digest, size, platform, annotations }) => ({
    mediaType,
    digest,
    size,
    platform,
    annotations,
  }));
  return pushManifest(client, repository, tag, { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: entries });
}

/** An image for two platforms, each with an attestation, as buildx pushes them. */
export async function pushMultiArch(
  client: RegistryClient,
  repository: string,
  tag: string,
  shared: Uint8Array,
): Promise<PushedImage & { readonly children: Readonly<Record<"amd64" | "arm64", Digest>> }> {
  const amd64 = await pushImage(client, repository, { layers: [shared, randomBytes(500)], architecture: "amd64" });
  const arm64 = await pushImage(client, repository, { layers: [shared, randomBytes(500)], architecture: "arm64" });
  const about = async (subject: Digest): Promise<Descriptor> => ({
    ...(await pushImage(client, repository, { layers: [randomBytes(200)], architecture: "unknown" })),
    platform: { os: "unknown", architecture: "unknown" },
    annotations: { "vnd.docker.reference.digest": subject, "vnd.docker.reference.type": "attestation-manifest" },
  });
  const index = await pushIndex(client, repository, tag, [
    { ...amd64, platform: { os: "linux", architecture: "amd64" } },
    { ...arm64, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
    await about(amd64.digest),
    await about(arm64.digest),
  ]);
  return { ...index, children: { amd64: amd64.digest, arm64: arm64.digest } };
}

async function pushManifest(
  client: RegistryClient,
  repository: string,
  tag: string | undefined,
  body: { readonly schemaVersion: 2; readonly mediaType: string; readonly [field: string]: unknown },
): Promise<PushedImage> {
  const bytes = Buffer.from(JSON.stringify(body, null, 3));
  const { mediaType } = body;
  const digest = digestOf(bytes);
  await client.putManifest(repository, tag ?? digest, { bytes, mediaType, digest }, never);
  return { mediaType, digest, size: bytes.length, bytes };
}
