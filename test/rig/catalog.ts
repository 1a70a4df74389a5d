import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One image of a repository, as Red Hat's catalog tells of it. */
export interface CatalogEntry {
  readonly digest: string;
  readonly published: boolean;
  readonly indexDigest?: string;
  readonly deleted?: boolean;
  /** True unless said otherwise. */
  readonly certified?: boolean;
  /** The status of its checks. */
  readonly grading?: string;
}

export interface Catalog {
  /** What the config's `catalog` is to be. */
  readonly base: string;
  /** Repositories by name, without their host; a test changes them as it goes. */
  readonly repositories: Map<string, CatalogEntry[]>;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** The status of every answer, where it is not 200. */
  status: number | undefined;
  stop(): Promise<void>;
}

/**
 * A stand-in for the part of Red Hat's catalog (Pyxis, API v1) that anybody may ask: the images of a repository, by
 * pages, in the JSON that openshift-preflight reads.
 */
export async function startCatalog(): Promise<Catalog> {
  const repositories = new Map<string, CatalogEntry[]>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://catalog");
    asked.push(url.pathname);
    if (catalog.status !== undefined) {
      response.writeHead(catalog.status).end("the catalog is not well");
      return;
    }
    const match = /^\/api\/containers\/v1\/repositories\/registry\/([^/]+)\/repository\/(.+)\/images$/.exec(
      url.pathname,
    );
    const images = repositories.get(match?.[2] ?? "");
    if (match?.[1] !== "registry.connect.redhat.com" || images === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end('{"status":404,"title":"Not Found"}');
      return;
    }
    const size = Number(url.searchParams.get("page_size") ?? 100);
    const page = Number(url.searchParams.get("page") ?? 0);
    const data = images.slice(page * size, (page + 1) * size).map((entry) => documentOf(entry, match[2] ?? ""));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ data, page, page_size: size, total: images.length }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const catalog: Catalog = {
    base: `http://127.0.0.1:${port}/api/containers`,
    repositories,
    asked,
    status: undefined,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return catalog;
}

function documentOf(entry: CatalogEntry, repository: string): object {
  const { digest, published, indexDigest, deleted = false, certified = true, grading } = entry;
  return {
    _id: digest.slice(7, 31),
    certified,
    ...(grading === undefined ? {} : { container_grades: { status: grading } }),
    deleted,
    docker_image_digest: digest,
    repositories: [
      {
        published,
        registry: "registry.connect.redhat.com",
        repository,
        ...(indexDigest === undefined ? {} : { manifest_list_digest: indexDigest }),
        tags: [{ name: "1.0" }],
      },
    ],
  };
}
