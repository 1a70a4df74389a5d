import type { ManifestHead, ReferrerSource } from "../content.ts";
import type { ReadableLayout } from "../layout/reading.ts";
import { notInArchive } from "./failures.ts";

/** What a registry can be asked, answered from a layout. `now` gives the layout as it is at the moment. */
export function sourceMethods(now: () => ReadableLayout): Pick<
  ReferrerSource,
  "getManifest" | "openBlob" | "headManifest" | "listReferrers" | "firstTags"
> & {
  readonly listTags: (repository: string) => Promise<string[]>;
} {
  const tagsOf = (repository: string): string[] => {
    const tags = now().tags(repository);
    if (tags === undefined) throw notInArchive(now().name, repository);
    return [...tags];
  };
  return {
    getManifest: (repository, reference, signal) => now().getManifest(repository, reference, signal),
    openBlob: (repository, blob, signal) => now().openBlob(repository, blob, signal),
    headManifest: async (repository, reference): Promise<ManifestHead | undefined> => {
      const found = await now().resolve(repository, reference);
      return found && { digest: found.digest, mediaType: found.mediaType, size: found.size };
    },
    listReferrers: async (repository, digest) => ({
      kind: "listed",
      manifests: await now().referrers(repository, digest),
    }),
    firstTags: async (repository) => ({ tags: tagsOf(repository), rest: "none" }),
    listTags: async (repository) => tagsOf(repository),
  };
}
