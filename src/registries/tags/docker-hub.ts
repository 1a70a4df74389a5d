import { fieldOf, listOf, textOf } from "../../json/index.ts";
import type { ApiAnswer } from "../api.ts";
import { digestIn, PAGE, type TagPages, type ToldTag, timeIn } from "./told-tag.ts";

/** Docker Hub's API, "list repository tags": `next` is an address, `tag_last_pushed` a time. */
export const dockerHubTags: TagPages = {
  first: (repository) => {
    const [namespace = "", ...name] = repository.split("/");
    return `/v2/namespaces/${namespace}/repositories/${name.join("/")}/tags?page_size=${PAGE}`;
  },
  next: ({ body }, path) => {
    const next = textOf(fieldOf(body, "next"));
    if (next === undefined || !URL.canParse(next, "https://hub.docker.com")) return undefined;
    // Only its query counts: behind a proxy the Hub names an address of its own.
    return `${path.split("?")[0]}${new URL(next, "https://hub.docker.com").search}`;
  },
  count: ({ body }: ApiAnswer) => {
    const count = fieldOf(body, "count");
    return typeof count === "number" ? Math.ceil(count / PAGE) : undefined;
  },
  read: (body) => listOf(fieldOf(body, "results")).flatMap(readTag),
  needs: "A private repository wants an account that may read it: docker login, or auth under registries or upstreams",
};

function readTag(entry: unknown): ToldTag[] {
  const name = textOf(fieldOf(entry, "name"));
  if (name === undefined) return [];
  const pushed = timeIn(fieldOf(entry, "tag_last_pushed")) ?? timeIn(fieldOf(entry, "last_updated"));
  return [{ name, digest: digestIn(fieldOf(entry, "digest")), pushed }];
}
