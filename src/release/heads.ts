import { Failed } from "../failure/index.ts";
import type { ManifestHead } from "../oci/index.ts";
import type { Location } from "../registries/index.ts";

/**
 * What a tag or digest stands at; undefined where there is no such thing. `GET` reads the manifest as well, for those
 * who need it next: by its digest it is then in memory. Rejects like the registry.
 */
export type AskHead = (at: Location, reference: string, by: "HEAD" | "GET") => Promise<ManifestHead | undefined>;

/** Asks once for each reference, however many images have it. */
export function createHeads(signal: AbortSignal): AskHead {
  const asked = new Map<string, Promise<ManifestHead | undefined>>();
  return (at, reference, by) => {
    const { registry, repository } = at;
    const key = `${by} ${registry.name} ${repository} ${reference}`;
    const known = asked.get(key);
    if (known !== undefined) return known;
    const head = by === "GET" ? readHead(at, reference, signal) : registry.headManifest(repository, reference, signal);
    asked.set(key, head);
    return head;
  };
}

async function readHead(
  { registry, repository }: Location,
  reference: string,
  signal: AbortSignal,
): Promise<ManifestHead | undefined> {
  try {
    const { digest, mediaType, bytes } = await registry.getManifest(repository, reference, signal);
    return { digest, mediaType, size: bytes.length };
  } catch (thrown) {
    if (thrown instanceof Failed && thrown.failure.code === "registry/not-found") return undefined;
    throw thrown;
  }
}
