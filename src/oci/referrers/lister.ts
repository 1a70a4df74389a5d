import type { ReferrerSource, ReferrersAnswer } from "../content.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import { digestTags, referrersTag } from "./digest-tags.ts";
import { isLeftBehind } from "./failures.ts";
import { createShared } from "./shared.ts";

/** Where something that refers to a digest stands: in a list of its referrers, or at a tag made of the digest. */
export type Candidate =
  | { readonly kind: "listed"; readonly digest: Digest }
  | { readonly kind: "tagged"; readonly tag: string };

/** Says what refers to a digest. One for a whole run: it remembers which registries have the API, and their tags. */
export type ListCandidates = (
  source: ReferrerSource,
  repository: string,
  subject: Digest,
  signal: AbortSignal,
) => Promise<Candidate[]>;

/** Beyond so many pages of tags it takes fewer requests to ask for those that could be there. */
const MOST_PAGES = 4;

/**
 * Asks the referrers API where there is one, and looks at the tags that are made of the digest: one list of tags does
 * for all images of a repository. Registries without the API list referrers at such a tag too.
 */
export function createLister(): ListCandidates {
  const tagsOf = createShared<ReadonlySet<string> | undefined>();
  const api = createApi();
  return async (source, repository, subject, signal) => {
    const [listed, tags] = await Promise.all([
      api(source, repository, subject, signal),
      tagsOf(`${source.name} ${repository}`, signal, () => knownTags(source, repository, signal)),
    ]);
    const isThere = async (tag: string): Promise<boolean> => {
      if (tags !== undefined) return tags.has(tag);
      const head = await source.headManifest(repository, tag, signal);
      return head !== undefined && head.digest !== subject;
    };
    const fallback = referrersTag(subject);
    // Without a list of tags, one more request is worth it only where the API says nothing.
    const mayBeListed = tags !== undefined || listed === undefined;
    const [byTag, ...tagged] = await Promise.all([
      mayBeListed && (await isThere(fallback)) ? listedAt(source, repository, subject, signal) : [],
      ...digestTags(subject).map(async (tag) => ((await isThere(tag)) ? [tag] : [])),
    ]);
    const digests = new Set([...(listed ?? []), ...byTag].map(({ digest }) => digest));
    return [
      ...[...digests].map((digest) => ({ kind: "listed", digest }) as const),
      ...tagged.flat().map((tag) => ({ kind: "tagged", tag }) as const),
    ];
  };
}

type AskApi = (
  source: ReferrerSource,
  repository: string,
  subject: Digest,
  signal: AbortSignal,
) => Promise<readonly Descriptor[] | undefined>;

/** The first answer of a registry tells whether it has the API: all others wait for it. */
function createApi(): AskApi {
  const verdicts = createShared<"asked" | "lacking">();
  return async (source, repository, subject, signal) => {
    let own: ReferrersAnswer | undefined;
    const verdict = await verdicts(source.name, signal, async () => {
      own = await source.listReferrers(repository, subject, signal);
      return own.kind === "unsupported" && own.where === "everywhere" ? "lacking" : "asked";
    });
    if (verdict === "lacking") return undefined;
    own ??= await source.listReferrers(repository, subject, signal);
    return own.kind === "listed" ? own.manifests : undefined;
  };
}

/** Undefined where there are too many, or the registry does not list them for us. */
async function knownTags(
  source: ReferrerSource,
  repository: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { tags, rest } = await source.firstTags(repository, MOST_PAGES, signal);
    return rest === "none" ? new Set(tags) : undefined;
  } catch (error) {
    if (isLeftBehind(error)) return undefined;
    throw error;
  }
}

/** GitLab takes the tag for the digest and answers with the subject itself: only an index of others counts. */
async function listedAt(
  source: ReferrerSource,
  repository: string,
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const found = await source.getManifest(repository, referrersTag(subject), signal);
  return found.kind === "index" && found.digest !== subject ? found.manifests : [];
}
