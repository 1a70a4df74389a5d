import assert from "node:assert/strict";
import {
  type CopyRequest,
  createRegistry,
  type Digest,
  digestOf,
  type RegistryClient,
  type ServedRequest,
} from "../../../src/oci/index.ts";
import { startDockerRegistry } from "../../rig/docker-registry.ts";
import type { Image } from "../../rig/images.ts";
import { pushImage } from "../../rig/push.ts";
import type { NamedReferrer } from "../../rig/referrers.ts";
import { withRegistry } from "../temporary.ts";

export const never = new AbortController().signal;
const quick = { backoff: { attempts: 2, baseMs: 1, capMs: 5, patienceMs: 2000 } };

/** A registry that has the referrers API (mirror's own), or one that has not (Debian's docker-registry). */
export type Api = "with" | "without";

export interface Place {
  readonly host: string;
  readonly client: RegistryClient;
  /** Requests since it was last asked, as `GET /v2/…`. */
  readonly requests: () => Promise<string[]>;
}

/** Runs `body` with a registry of that kind. */
export async function withPlace(api: Api, body: (place: Place) => Promise<void>): Promise<void> {
  if (api === "with") {
    const log: ServedRequest[] = [];
    const onRequest = (request: ServedRequest): void => void log.push(request);
    const requests = async () => log.splice(0).map(({ method, url }) => `${method} ${url}`);
    await withRegistry(({ host }) => body({ host, client: createRegistry({ host, ...quick }), requests }), {
      onRequest,
    });
    return;
  }
  const registry = await startDockerRegistry();
  assert.ok(registry);
  const { host } = registry;
  let told = 0;
  const requests = async () => {
    const lines = (await registry.accessLog()).slice(told);
    told += lines.length;
    return lines.map(({ method, path }) => `${method} ${path}`);
  };
  try {
    await body({ host, client: createRegistry({ host, ...quick }), requests });
  } finally {
    await registry.stop();
  }
}

export async function withPair(
  from: Api,
  to: Api,
  body: (source: Place, target: Place) => Promise<void>,
): Promise<void> {
  await withPlace(from, (source) => withPlace(to, (target) => body(source, target)));
}

/** A copy of `team/app` to `mirrored/app:1.0`. */
export function copyOf(source: Place, target: Place, image: Image, more: Partial<CopyRequest> = {}): CopyRequest {
  return {
    from: { source: source.client, repository: "team/app", digest: image.top.digest as Digest },
    to: { registry: target.client, repository: "mirrored/app", tag: "1.0" },
    platforms: "all",
    tags: "immutable",
    signatures: "copy",
    stopping: never,
    killed: never,
    ...more,
  };
}

export async function pushAll(
  host: string,
  named: readonly Pick<NamedReferrer, "repository" | "tag" | "image">[],
): Promise<void> {
  for (const { repository, tag, image } of named) await pushImage(host, repository, tag, image);
}

/** The digest of the bytes that stand at a reference, computed here; undefined where there are none. */
export async function digestAt(host: string, repository: string, reference: string): Promise<string | undefined> {
  const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${reference}`, { headers: { accept } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return answer.status === 200 ? digestOf(bytes) : undefined;
}

/** The digests that a registry lists as referring to one, by its API or at the tag for them. */
export async function listedAt(api: Api, host: string, repository: string, subject: string): Promise<string[]> {
  const path = api === "with" ? `referrers/${subject}` : `manifests/${subject.replace(":", "-")}`;
  const headers = { accept: "application/vnd.oci.image.index.v1+json" };
  const answer = await fetch(`http://${host}/v2/${repository}/${path}`, { headers });
  if (answer.status === 404) return [];
  const { manifests } = (await answer.json()) as { manifests: { digest: string }[] };
  return manifests.map(({ digest }) => digest).sort();
}
