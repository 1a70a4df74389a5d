import type { ServerResponse } from "node:http";

/** An artifact with the tags that stand at it. Times are ISO 8601. */
export interface HarborArtifact {
  readonly digest: string;
  readonly pushed: string;
  readonly tags: readonly { readonly name: string; readonly pushed: string }[];
}

/** Answers `listArtifacts` of Harbor's API v2.0: pages with a Link and a count (api/v2.0/swagger.yaml). */
export function listArtifacts(
  response: ServerResponse,
  { pathname, searchParams }: URL,
  artifacts: readonly HarborArtifact[] | undefined,
): void {
  if (artifacts === undefined) {
    response.writeHead(404).end(JSON.stringify({ errors: [{ code: "NOT_FOUND", message: "repository not found" }] }));
    return;
  }
  const [page, size] = [Number(searchParams.get("page") ?? 1), Number(searchParams.get("page_size") ?? 10)];
  const tagged = artifacts.filter(({ tags }) => searchParams.get("q") !== "tags=*" || tags.length > 0);
  const shown = tagged.slice((page - 1) * size, page * size);
  searchParams.set("page", String(page + 1));
  const more = page * size < tagged.length;
  response.writeHead(200, {
    "content-type": "application/json",
    "x-total-count": String(tagged.length),
    ...(more ? { link: `<${decodeURIComponent(pathname)}?${searchParams}>; rel="next"` } : {}),
  });
  response.end(
    JSON.stringify(
      shown.map(({ digest, pushed, tags }) => ({
        type: "IMAGE",
        digest,
        push_time: pushed,
        tags: tags.map((tag) => ({ name: tag.name, push_time: tag.pushed, immutable: false })),
      })),
    ),
  );
}
