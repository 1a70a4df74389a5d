import type { Digest } from "../digest.ts";
import { type ReferrerCopier, subjectsOf } from "../referrers/index.ts";
import { type AttachTools, attach, looksForReferrers, referrerRequest } from "./attach.ts";
import type { CopyRequest, CopyResult } from "./request.ts";
import type { Selection } from "./select.ts";
import type { ImageTree } from "./tree.ts";

export interface UpToDate {
  readonly digest: Digest;
  readonly selection: Selection | undefined;
  /** Reads the manifests of the image from its source. */
  readonly tree: () => Promise<ImageTree>;
}

/**
 * Looks for what refers to an image that is up to date, where that is asked for; otherwise an image that has nothing
 * new costs no request. Gives what the result of the copy says of it.
 */
export async function lookAgain(
  request: CopyRequest,
  image: UpToDate,
  copier: ReferrerCopier,
  tools: AttachTools,
): Promise<Partial<CopyResult>> {
  const { signatures, look = "on-copy", to } = request;
  if (!looksForReferrers(request) || (look === "on-copy" && signatures !== "require")) return {};
  const enough = (subjects: { root: Digest; platforms: readonly Digest[] }): Promise<boolean> =>
    look === "always" ? Promise.resolve(false) : copier.isSignedAt(to, subjects, tools.dropped);

  if (await enough({ root: image.digest, platforms: [] })) return {};
  const tree = await image.tree();
  const { root, platforms } = subjectsOf(tree, new Set());
  if (platforms.length > 0 && (await enough({ root, platforms }))) return {};

  const attached = await attach(copier, referrerRequest(request, tree, image.selection, "target", tools));
  if (attached === undefined) return {};
  await attached.ready("memory");
  const { counts, bytes, warnings } = await attached.push();
  return { changed: bytes > 0, bytes, referrers: counts, warnings };
}
