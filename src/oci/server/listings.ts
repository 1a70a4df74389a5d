import type { Digest } from "../digest.ts";
import { MediaType } from "../media-types.ts";
import { Refusal, sendJson } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { heldAs } from "./names.ts";

/** GET: the tags of a repository, in pages (distribution-spec, "Listing Tags"). */
export function sendTags(exchange: Exchange, repository: string): void {
  const tags = exchange.layout.tags(heldAs(exchange, repository));
  if (tags === undefined) throw new Refusal(404, "NAME_UNKNOWN", `There is no repository ${repository}`);
  const { page, headers } = pageOf(exchange, tags, `/v2/${repository}/tags/list`);
  sendJson(exchange.response, { name: repository, tags: page }, headers);
}

/** GET: the repositories, in pages. Not of the specification, but what clients with a `catalog` command ask for. */
export function sendCatalog(exchange: Exchange): void {
  const { page, headers } = pageOf(exchange, exchange.layout.repositories().filter(Boolean), "/v2/_catalog");
  sendJson(exchange.response, { repositories: page }, headers);
}

/** GET: an index of the manifests whose subject the digest is (distribution-spec, "Listing Referrers"). */
export async function sendReferrers(exchange: Exchange, repository: string, subject: Digest): Promise<void> {
  const { layout, query, response } = exchange;
  const wanted = query.get("artifactType");
  const all = await layout.referrers(heldAs(exchange, repository), subject);
  const manifests = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
  sendJson(
    response,
    { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests },
    { "Content-Type": MediaType.ociIndex, ...(wanted !== null && { "OCI-Filters-Applied": "artifactType" }) },
  );
}

function pageOf({ query }: Exchange, names: readonly string[], path: string) {
  const last = query.get("last");
  const rest = last === null ? names : names.filter((name) => name > last);
  const limit = limitOf(query.get("n"));
  const page = limit === undefined ? rest : rest.slice(0, limit);
  const end = page.at(-1);
  if (end === undefined || page.length === rest.length) return { page, headers: {} };
  const next = new URLSearchParams({ n: String(limit), last: end });
  return { page, headers: { Link: `<${path}?${next}>; rel="next"` } };
}

function limitOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Refusal(400, "UNSUPPORTED", `n is a number of names, not "${text.slice(0, 40)}"`);
}
