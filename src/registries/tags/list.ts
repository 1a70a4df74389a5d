import { Failed } from "../../failure/index.ts";
import { type ApiAnswer, apiFailure, type RegistryApi } from "../api.ts";
import type { TagPages, ToldTag } from "./told-tag.ts";

/** Told of each answer, and how many pages are still to come, where that is known. */
export type Heed = (answer: ApiAnswer, pagesLeft: number | undefined) => void;

export const UNTOLD = "registry/tags-untold";

/**
 * All tags of a repository by a registry's own interface, page by page. Throws `Failed`: `registry/tags-untold` where
 * it is not there or does not tell this account, `registry/…`.
 */
export async function toldTags(
  api: RegistryApi,
  { first, next, count, read, needs }: TagPages,
  repository: string,
  { heed, signal }: { readonly heed: Heed; readonly signal: AbortSignal },
): Promise<ToldTag[]> {
  const tags = new Map<string, ToldTag>();
  const seen = new Set<string>();
  for (let path: string | undefined = first(repository); path !== undefined && !seen.has(path); ) {
    seen.add(path);
    const answer: ApiAnswer = await api.call({ method: "GET", path }, signal);
    if ([401, 403, 404].includes(answer.status)) throw untold(api.host, repository, needs, answer);
    if (answer.status !== 200) throw apiFailure(api, `list the tags of ${repository}`, answer);
    const pages = count(answer);
    heed(answer, pages === undefined ? undefined : Math.max(0, pages - seen.size));
    for (const tag of read(answer.body)) tags.set(tag.name, tag);
    path = next(answer, path);
  }
  return [...tags.values()];
}

function untold(host: string, repository: string, needs: string, { status, text }: ApiAnswer): Failed {
  return new Failed({
    code: UNTOLD,
    class: "permanent",
    message: `${host} does not tell when the tags of ${repository} were pushed`,
    hint: needs,
    detail: [`${status} ${text.slice(0, 300)}`.trim()],
  });
}
