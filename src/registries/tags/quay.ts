import { fieldOf, listOf, textOf } from "../../json/index.ts";
import { digestIn, PAGE, type TagPages, type ToldTag } from "./told-tag.ts";

/** Quay's API, `listRepoTags`: numbered pages, `has_additional` where there is another, `start_ts` in seconds. */
export const quayTags: TagPages = {
  first: (repository) => pathOf(repository, 1),
  next: ({ body }, path) => {
    if (fieldOf(body, "has_additional") !== true) return undefined;
    const [, repository = "", page] = /^\/api\/v1\/repository\/(.+)\/tag\/\?.*&page=(\d+)/.exec(path) ?? [];
    return pathOf(repository, Number(page) + 1);
  },
  count: () => undefined,
  read: (body) => listOf(fieldOf(body, "tags")).flatMap(readTag),
  needs:
    "A private repository wants the token of an application with repo:read; the API takes no robot accounts. Say it as token of the registry",
};

const pathOf = (repository: string, page: number): string =>
  `/api/v1/repository/${repository}/tag/?onlyActiveTags=true&limit=${PAGE}&page=${page}`;

function readTag(entry: unknown): ToldTag[] {
  const name = textOf(fieldOf(entry, "name"));
  if (name === undefined) return [];
  const start = fieldOf(entry, "start_ts");
  const pushed = typeof start === "number" ? start * 1000 : undefined;
  return [{ name, digest: digestIn(fieldOf(entry, "manifest_digest")), pushed }];
}
