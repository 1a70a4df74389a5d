import type { ImageSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor, Manifest } from "../manifest.ts";
import { isManifestType } from "./contents.ts";
import type { Layout } from "./layout.ts";

/** Which image to read, and what to call it in the layout. */
export interface StoreRequest {
  readonly from: ImageSource;
  readonly repository: string;
  /** Tag or digest at the source. */
  readonly reference: string;
  readonly as: { readonly repository: string; readonly tags: readonly string[] };
}

/** Copies an image or index with all it refers to into a layout; what is there already is not read. */
export async function storeImage(layout: Layout, request: StoreRequest, signal: AbortSignal): Promise<Digest> {
  const { from, repository, as } = request;

  async function store(manifest: Manifest, tags: readonly string[]): Promise<void> {
    const parts = manifest.kind === "image" ? [manifest.config, ...manifest.layers] : manifest.manifests;
    for (const part of parts) {
      signal.throwIfAborted();
      if (isManifestType(part.mediaType)) await store(await from.getManifest(repository, part.digest, signal), []);
      else if ((part.urls?.length ?? 0) === 0) await storeBlob(part);
    }
    await layout.putManifest(as.repository, manifest, tags);
  }

  async function storeBlob(blob: Descriptor): Promise<void> {
    if ((await layout.blobSize(blob.digest)) === blob.size) return;
    await layout.putBlob(blob, await from.openBlob(repository, blob, signal));
  }

  const root = await from.getManifest(repository, request.reference, signal);
  await store(root, as.tags);
  return root.digest;
}
