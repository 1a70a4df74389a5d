import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HubTag {
  readonly name: string;
  readonly digest: string;
  /** ISO 8601. */
  readonly pushed: string;
}

export interface DockerHub {
  /** `http://127.0.0.1:port`: the interface that the Hub has beside its registry. */
  readonly url: string;
  readonly host: string;
  /** Tags by `namespace/name`. */
  readonly repositories: Map<string, readonly HubTag[]>;
  /** Repositories that nobody sees without an account. */
  readonly hidden: Set<string>;
  readonly account: { readonly username: string; readonly password: string };
  /** What it gives for the password. */
  readonly token: string;
  /** Requests so far: `GET /v2/namespaces/team/repositories/app/tags?page=2&page_size=100 200`. */
  readonly calls: string[];
  /** How many more requests it answers before it wants a pause; undefined: it says nothing of a limit. */
  remaining: number | undefined;
  stop(): Promise<void>;
}

/**
 * Docker Hub's interface as far as it tells of tags (docs.docker.com, "Docker Hub API"): tokens for a password, pages
 * of tags, and its limit of requests, which is given anew a second after it was used up.
 */
export async function startDockerHub(): Promise<DockerHub> {
  const server = createServer((request, response) => {
    answer(request, response, hub).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hub: DockerHub = {
    url: `http://${host}`,
    host,
    repositories: new Map(),
    hidden: new Set(),
    account: { username: "someone", password: "hub-password-never-printed" },
    token: "hub-token-never-printed",
    calls: [],
    remaining: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hub;
}

async function answer(request: IncomingMessage, response: ServerResponse, hub: DockerHub): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", hub.url);
  const say = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): void => {
    hub.calls.push(`${request.method} ${request.url} ${status}`);
    response.writeHead(status, { "content-type": "application/json", ...limitOf(hub), ...headers });
    response.end(JSON.stringify(body));
  };
  if (hub.remaining === 0) {
    hub.remaining = 100;
    return say(429, { detail: "Rate limit exceeded", error: false }, { "retry-after": "1" });
  }
  if (hub.remaining !== undefined) hub.remaining -= 1;
  if (url.pathname === "/v2/auth/token" && request.method === "POST") {
    const { identifier, secret } = JSON.parse(Buffer.concat(chunks).toString());
    const known = identifier === hub.account.username && secret === hub.account.password;
    return known ? say(200, { access_token: hub.token }) : say(401, { detail: "Incorrect authentication credentials" });
  }
  const [, namespace, name] = /^\/v2\/namespaces\/([^/]+)\/repositories\/([^/]+)\/tags$/.exec(url.pathname) ?? [];
  const repository = `${namespace}/${name}`;
  const tags = hub.repositories.get(repository);
  const hidden = hub.hidden.has(repository) && request.headers.authorization !== `Bearer ${hub.token}`;
  if (tags === undefined || hidden) return say(404, { message: "object not found", errinfo: { object: "repository" } });
  say(200, pageOf(tags, url));
}

function limitOf({ remaining }: DockerHub): Record<string, string> {
  if (remaining === undefined) return {};
  const reset = String(Math.ceil(Date.now() / 1000) + 1);
  return { "x-ratelimit-limit": "180", "x-ratelimit-remaining": String(remaining), "x-ratelimit-reset": reset };
}

function pageOf(tags: readonly HubTag[], { pathname, searchParams }: URL): object {
  const page = Number(searchParams.get("page") ?? 1);
  const size = Math.min(100, Number(searchParams.get("page_size") ?? 10));
  const at = (number: number) => `https://hub.docker.com${pathname}?page=${number}&page_size=${size}`;
  return {
    count: tags.length,
    next: page * size < tags.length ? at(page + 1) : null,
    previous: page > 1 ? at(page - 1) : null,
    results: tags.slice((page - 1) * size, page * size).map(({ name, digest, pushed }) => ({
      name,
      digest,
      tag_last_pushed: pushed,
      last_updated: pushed,
      tag_status: "active",
      full_size: 1,
      images: [],
    })),
  };
}
