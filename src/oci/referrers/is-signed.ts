import type { ReferrerSource } from "../content.ts";
import type { Digest } from "../digest.ts";
import type { Descriptor } from "../manifest.ts";
import { referrersTag } from "./digest-tags.ts";

/** What cosign and notation give the signatures that they push. */
const SIGNATURE = /cosign\.artifact\.sig|cosign\.simplesigning|notary\.signature|sigstore\.bundle/;

/**
 * Whether an image has a signature, by what registries list: cosign's tag, the referrers API, or the tag that stands
 * for it. Two requests as a rule; nothing is fetched to look inside, and nothing is verified.
 */
export async function isSigned(
  source: ReferrerSource,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<"signed" | "unsigned"> {
  const [tagged, answer] = await Promise.all([
    source.headManifest(repository, `${digest.replace(":", "-")}.sig`, signal),
    source.listReferrers(repository, digest, signal),
  ]);
  // A registry that takes the tag for the digest answers with the image itself.
  if (tagged !== undefined && tagged.digest !== digest) return "signed";
  const listed = answer.kind === "listed" ? answer.manifests : await listedAtTag(source, repository, digest, signal);
  return listed.some(({ artifactType }) => SIGNATURE.test(artifactType ?? "")) ? "signed" : "unsigned";
}

async function listedAtTag(
  source: ReferrerSource,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const tag = referrersTag(digest);
  const head = await source.headManifest(repository, tag, signal);
  if (head === undefined || head.digest === digest) return [];
  const index = await source.getManifest(repository, tag, signal);
  return index.kind === "index" ? index.manifests : [];
}
