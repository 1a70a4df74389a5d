import { Failed } from "../../failure/index.ts";
import { type Digest, digestOf } from "../digest.ts";
import type { Manifest } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import type { ManifestToPut, RegistryClient } from "../registry-client.ts";
import { referrersTag } from "./digest-tags.ts";
import { listTaken } from "./failures.ts";
import type { ReferrerEntry } from "./referrer.ts";

/** Where an image goes. */
export interface Place {
  readonly registry: RegistryClient;
  readonly repository: string;
}

const ATTEMPTS = 5;

/**
 * Lists referrers at the tag for them, as registries without the API do not list them by themselves
 * (distribution-spec, "Pushing Manifests with Subject"). What others have listed there stays: the tag is pushed in
 * place of what was read, and looked at afterwards, since few registries heed `If-Match`.
 */
export async function listAtTag(
  { registry, repository }: Place,
  subject: Digest,
  entries: readonly ReferrerEntry[],
  signal: AbortSignal,
): Promise<void> {
  const tag = referrersTag(subject);
  for (let attempt = 1; ; attempt++) {
    const now = await registry.readTag(repository, tag, signal);
    if (now !== undefined && (now.manifest.kind !== "index" || now.manifest.digest === subject)) {
      throw listTaken(`${registry.name}/${repository}`, tag);
    }
    const list = withEntries(now?.manifest, entries);
    if (list === undefined) return;
    try {
      await registry.putManifest(repository, tag, list, signal, now?.etag);
      const after = await registry.headManifest(repository, tag, signal, "push");
      if (after?.digest === list.digest) return;
      if (attempt === ATTEMPTS) throw contended(registry.name, repository, tag);
    } catch (error) {
      if (!(error instanceof Failed) || error.failure.code !== "registry/tag-moved" || attempt === ATTEMPTS)
        throw error;
    }
  }
}

/** The list with these entries in it; undefined where they are in it already. What it says besides stays as it is. */
function withEntries(now: Manifest | undefined, entries: readonly ReferrerEntry[]): ManifestToPut | undefined {
  const there = new Set(now?.kind === "index" ? now.manifests.map(({ digest }) => digest) : []);
  const missing = entries.filter(({ digest }) => !there.has(digest));
  if (missing.length === 0) return undefined;
  const body: { manifests: unknown[] } =
    now === undefined
      ? { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [] as unknown[] }
      : JSON.parse(new TextDecoder().decode(now.bytes));
  body.manifests = [...body.manifests, ...missing];
  const bytes = Buffer.from(JSON.stringify(body));
  return { bytes, mediaType: MediaType.ociIndex, digest: digestOf(bytes) };
}

function contended(host: string, repository: string, tag: string): Failed {
  return new Failed({
    code: "registry/tag-moved",
    class: "transient",
    message: `${host}/${repository}:${tag} is being changed by others all the time`,
    hint: "Run again when they are done",
  });
}
