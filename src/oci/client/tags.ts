import { Failed } from "../../failure/index.ts";
import type { FirstTags } from "../content.ts";
import { readBytes } from "../http/index.ts";
import { answerFailure, deedOf } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";

const LARGEST_PAGE = 16 * 1024 * 1024;

/** All tags, page by page (distribution-spec, "content discovery"). 1000 is the most that ECR allows on a page. */
export async function listTags(wire: Wire, repository: string, signal: AbortSignal): Promise<string[]> {
  return [...(await firstTags(wire, repository, Number.POSITIVE_INFINITY, signal)).tags];
}

/** The tags on the first so many pages, and whether there are more. */
export async function firstTags(
  wire: Wire,
  repository: string,
  pages: number,
  signal: AbortSignal,
): Promise<FirstTags> {
  const tags = new Set<string>();
  const seen = new Set<string>();
  let next: URL | undefined = urlOf(wire, repository, "tags/list?n=1000");
  while (next !== undefined && !seen.has(next.href)) {
    if (seen.size >= pages) return { tags: [...tags], rest: "more" };
    seen.add(next.href);
    const url: URL = next;
    const answer = await call(wire, { repository, actions: "pull" }, { method: "GET", url, signal });
    if (answer.status !== 200) throw await answerFailure(answer, deedOf(wire, repository, repository, "list"));
    for (const tag of readTags(await readBytes(answer, LARGEST_PAGE), wire, repository)) tags.add(tag);
    next = nextPage(answer.headers.link, url);
  }
  return { tags: [...tags], rest: "none" };
}

/** The address of the next page (RFC 8288). Only its path counts: proxies let registries name hosts of their own. */
export function nextPage(link: string | string[] | undefined, current: URL): URL | undefined {
  const text = Array.isArray(link) ? link.join(", ") : (link ?? "");
  for (const [, target = "", parameters = ""] of text.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (!/;\s*rel\s*=\s*"?(?:[^";]*\s)?next\b/i.test(parameters) || !URL.canParse(target, current.href)) continue;
    const { pathname, search } = new URL(target, current);
    return new URL(`${pathname}${search}`, current.origin);
  }
  return undefined;
}

function readTags(bytes: Uint8Array, wire: Wire, repository: string): string[] {
  try {
    const { tags } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { tags?: unknown };
    if (tags === null || tags === undefined) return [];
    if (Array.isArray(tags)) return tags.filter((tag) => typeof tag === "string");
  } catch {
    // Told below, with every other form that is no list.
  }
  throw new Failed({
    code: "registry/unexpected-answer",
    class: "permanent",
    message: `${wire.name} answered with no list of tags for ${repository}`,
    hint: "Check that the address is that of a registry",
  });
}
