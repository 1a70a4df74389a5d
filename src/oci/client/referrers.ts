import type { ReferrersAnswer } from "../content.ts";
import type { Digest } from "../digest.ts";
import { discard, type HttpAnswer, readBytes } from "../http/index.ts";
import { type Descriptor, type Manifest, parseManifest } from "../manifest.ts";
import { MediaType } from "../media-types.ts";
import { answerFailure, type Deed, deedOf, errorCodes } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";
import { nextPage } from "./tags.ts";

const LARGEST_PAGE = 16 * 1024 * 1024;

/**
 * Asks the referrers API, page by page. What is no index is no answer of this API: registries without it answer with
 * an error, a web page, or whatever they have under a path that looks like this one.
 */
export async function listReferrers(
  wire: Wire,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<ReferrersAnswer> {
  const deed = deedOf(wire, repository, `${repository}@${digest}`, "list");
  const found: Descriptor[] = [];
  const seen = new Set<string>();
  let next: URL | undefined = urlOf(wire, repository, `referrers/${digest}`);
  while (next !== undefined && !seen.has(next.href)) {
    seen.add(next.href);
    const url: URL = next;
    const headers = { accept: MediaType.ociIndex };
    const answer = await call(wire, { repository, actions: "pull" }, { method: "GET", url, headers, signal });
    if (answer.status !== 200) return refusal(answer, deed);
    const page = await readPage(answer, deed);
    // GitLab takes the digest in any such path for that of the manifest itself.
    if (page?.kind !== "index" || page.digest === digest) return { kind: "unsupported", where: "everywhere" };
    found.push(...page.manifests);
    next = nextPage(answer.headers.link, url);
  }
  return { kind: "listed", manifests: found };
}

/** Undefined where the answer is something else than a manifest. Throws where it claims to be an index and is none. */
async function readPage(answer: HttpAnswer, { name, thing }: Deed): Promise<Manifest | undefined> {
  const contentType = answer.headers["content-type"];
  const bytes = await readBytes(answer, LARGEST_PAGE);
  try {
    return parseManifest(bytes, contentType, `the referrers of ${name}/${thing}`);
  } catch (error) {
    if (contentType?.startsWith(MediaType.ociIndex)) throw error;
    return undefined;
  }
}

/** What may pass is a failure; anything else means that there is no such API, or none that we may ask. */
async function refusal(answer: HttpAnswer, deed: Deed): Promise<ReferrersAnswer> {
  const { status } = answer;
  if (status === 429 || (status >= 500 && status !== 501)) throw await answerFailure(answer, deed);
  if (status === 401 || status === 403) {
    discard(answer);
    return { kind: "unsupported", where: "here" };
  }
  const codes = await errorCodes(answer);
  const ofThisOne = codes.has("NAME_UNKNOWN") || codes.has("MANIFEST_UNKNOWN");
  return { kind: "unsupported", where: ofThisOne ? "here" : "everywhere" };
}
