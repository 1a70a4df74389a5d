import assert from "node:assert/strict";
import { digestOf } from "../../../src/oci/digest.ts";
import { MediaType } from "../../../src/oci/media-types.ts";
import type { withRegistry } from "../temporary.ts";

export type Registry = Parameters<Parameters<typeof withRegistry>[0]>[0];

export const call = (registry: Registry, path: string, init: RequestInit = {}) =>
  fetch(`http://${registry.host}${path}`, init);

export async function codeIn(answer: Response): Promise<string> {
  const body = (await answer.json()) as { errors: { code: string; message: string }[] };
  assert.equal(body.errors.length, 1);
  assert.ok(body.errors[0]?.message);
  return body.errors[0].code;
}

export async function pushBlob(registry: Registry, repository: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const answer = await call(registry, `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    method: "POST",
    body: content,
  });
  assert.equal(answer.status, 201);
  return digest;
}

export async function pushImage(registry: Registry, repository: string, reference: string, extra: object = {}) {
  const config = await pushBlob(registry, repository, "{}");
  const layer = await pushBlob(registry, repository, `a layer of ${repository}`);
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    config: { mediaType: MediaType.ociConfig, digest: config, size: 2 },
    layers: [{ mediaType: MediaType.ociLayerGzip, digest: layer, size: `a layer of ${repository}`.length }],
    ...extra,
  });
  const digest = digestOf(body);
  const answer = await putManifest(registry, repository, reference === "" ? digest : reference, body);
  return { body, digest, config, layer, answer };
}

export const putManifest = (registry: Registry, repository: string, reference: string, body: string | Uint8Array) =>
  call(registry, `/v2/${repository}/manifests/${reference}`, {
    method: "PUT",
    body,
    headers: { "Content-Type": MediaType.ociManifest },
  });

export async function startUpload(registry: Registry, repository = "app"): Promise<string> {
  const answer = await call(registry, `/v2/${repository}/blobs/uploads/`, { method: "POST" });
  assert.equal(answer.status, 202);
  return answer.headers.get("location") ?? "";
}
