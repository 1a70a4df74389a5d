import { fieldOf, listOf, textOf } from "../../json/index.ts";
import { nextPage } from "../../oci/client/tags.ts";
import { digestIn, PAGE, type TagPages, type ToldTag, timeIn } from "./told-tag.ts";

/** Harbor's API v2.0, `listArtifacts` with their tags: each tag has a push time of its own. */
export const harborTags: TagPages = {
  first: (repository) => {
    const [project = "", ...rest] = repository.split("/");
    // A repository's slashes are encoded twice, as Harbor decodes its paths twice.
    const name = encodeURIComponent(encodeURIComponent(rest.join("/")));
    const query = `q=tags%3D*&with_tag=true&page=1&page_size=${PAGE}`;
    return `/api/v2.0/projects/${encodeURIComponent(project)}/repositories/${name}/artifacts?${query}`;
  },
  next: ({ headers }, path) => {
    const next = nextPage(headers.link, new URL(path, "http://harbor"));
    // Of the link only the query: what encodes a repository twice may have been decoded on its way into a header.
    return next === undefined ? undefined : `${path.split("?")[0]}${next.search}`;
  },
  count: ({ headers }) => {
    const total = Number(headers["x-total-count"]);
    return Number.isInteger(total) ? Math.ceil(total / PAGE) : undefined;
  },
  read: (body) => listOf(body).flatMap(readArtifact),
  needs: "The account needs a role in the project, or a robot account the right to list its artifacts",
};

function readArtifact(artifact: unknown): ToldTag[] {
  const digest = digestIn(fieldOf(artifact, "digest"));
  return listOf(fieldOf(artifact, "tags")).flatMap((tag) => {
    const name = textOf(fieldOf(tag, "name"));
    const pushed = timeIn(fieldOf(tag, "push_time")) ?? timeIn(fieldOf(artifact, "push_time"));
    return name === undefined ? [] : [{ name, digest, pushed }];
  });
}
