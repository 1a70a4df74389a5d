import type { ImageSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import { cancelled } from "../http/index.ts";
import type { Manifest } from "../manifest.ts";

/** Manifests by digest: fetched once in a run, wherever they are first needed. */
export interface ManifestCache {
  readonly get: (source: ImageSource, repository: string, digest: Digest, signal: AbortSignal) => Promise<Manifest>;
}

export function createManifestCache(): ManifestCache {
  const known = new Map<Digest, Promise<Manifest>>();
  return {
    get: async (source, repository, digest, signal) => {
      for (;;) {
        const pending = known.get(digest);
        if (pending === undefined) {
          const fetched = source.getManifest(repository, digest, signal);
          known.set(digest, fetched);
          fetched.catch(() => known.delete(digest));
          return fetched;
        }
        // Whoever asked first may have asked a source that lacks it, or been cancelled: then we ask ourselves.
        const manifest = await pending.catch(() => undefined);
        if (manifest !== undefined) return manifest;
        if (signal.aborted) throw cancelled();
        if (known.get(digest) === pending) known.delete(digest);
      }
    },
  };
}
