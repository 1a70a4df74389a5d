import type { ImageSource, ReferrerSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import { formatPlatform } from "../platform.ts";
import { type ReferrerCopier, type ReferrerRequest, type ReferrersOnTheirWay, subjectsOf } from "../referrers/index.ts";
import type { MoveBlob } from "./blob-mover.ts";
import type { ManifestCache } from "./manifest-cache.ts";
import type { CopyRequest } from "./request.ts";
import type { Selection } from "./select.ts";
import type { ImageTree } from "./tree.ts";

export interface AttachTools {
  readonly move: MoveBlob;
  readonly cache: ManifestCache;
  readonly dropped: AbortSignal;
}

/** True for a source that may know of signatures. What was made by mirror itself has none yet. */
function hasReferrers(source: ImageSource): source is ReferrerSource {
  return "listReferrers" in source;
}

/** Whether anybody is to look for what refers to an image. */
export function looksForReferrers({ from, signatures = "ignore" }: CopyRequest): boolean {
  return signatures !== "ignore" && hasReferrers(from.source);
}

/** What is to be done about what refers to an image; undefined where nothing is. */
export function referrerRequest(
  request: CopyRequest,
  tree: ImageTree,
  selection: Selection | undefined,
  besides: ReferrerRequest["besides"],
  { move, cache, dropped }: AttachTools,
): ReferrerRequest | undefined {
  const { from, to, platforms, signatures = "ignore", takers, killed } = request;
  const { source, repository } = from;
  if (signatures === "ignore" || !hasReferrers(source)) return undefined;
  const made = new Set<Digest>(selection?.made.keys());
  const trimmed = made.has(tree.root.digest) && platforms !== "all";
  return {
    from: { source, repository },
    to,
    subjects: subjectsOf(tree, made),
    trimmedFrom: trimmed ? { digest: from.digest, platforms: platforms.map(formatPlatform).join(", ") } : undefined,
    signatures,
    besides,
    load: (digest) => cache.get(source, repository, digest, dropped),
    move: async (blob, trust, signal) => {
      const { registry, repository: place } = to;
      const sharing = takers && { sharing: { image: from.digest, takers } };
      const always = { mayStart: () => true, onBytes: () => {}, ...sharing };
      const brought = await move({ source, from: repository, registry, to: place, blob, trust, signal, ...always });
      return brought.kind === "sent" ? brought.bytes : 0;
    },
    dropped,
    killed,
  };
}

/** Starts to bring what refers to an image; where signatures are required, only once it is known that there are some. */
export async function attach(
  copier: ReferrerCopier,
  request: ReferrerRequest | undefined,
): Promise<ReferrersOnTheirWay | undefined> {
  if (request === undefined) return undefined;
  const attached = copier.start(request);
  if (request.signatures === "require") await attached.found;
  return attached;
}
