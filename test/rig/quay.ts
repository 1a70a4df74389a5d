import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What Quay's scanner says of a manifest. */
export interface QuayScan {
  readonly status: "scanned" | "queued" | "failed" | "unsupported" | "manifest_layer_too_large";
  readonly vulnerabilities?: readonly { readonly name: string; readonly severity: string; readonly fixedBy: string }[];
}

export interface QuayTag {
  readonly name: string;
  readonly digest: string;
  /** Seconds since the epoch. */
  readonly pushed: number;
}

export interface QuayRig {
  /** `127.0.0.1:port`: the registry and, beside it, the API. */
  readonly host: string;
  readonly token: string;
  /** Repositories by `namespace/name`. */
  readonly repositories: Map<string, "public" | "private">;
  /** By digest; a manifest that is not named here is queued. */
  readonly scans: Map<string, QuayScan>;
  /** Active tags by `namespace/name`, the last pushed first. */
  readonly tags: Map<string, readonly QuayTag[]>;
  /** Calls of the API: `POST /api/v1/repository`. */
  readonly calls: string[];
  /** Repositories that were pushed to before they were created. */
  readonly tooEarly: string[];
  stop(): Promise<void>;
}

/**
 * Quay as far as its API matters to publishing: repositories are created with a visibility, by an application's token
 * alone, and manifests are scanned. Everything below /v2/ goes to the registry behind it.
 */
export async function startQuay(behind: string): Promise<QuayRig> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://quay");
    if (url.pathname.startsWith("/v2/")) pass(request, response, behind, rig);
    else answer(request, response, url, rig).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const rig: QuayRig = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: "quay-token-never-printed",
    repositories: new Map(),
    scans: new Map(),
    tags: new Map(),
    calls: [],
    tooEarly: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return rig;
}

async function answer(request: IncomingMessage, response: ServerResponse, url: URL, rig: QuayRig): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const call = `${request.method} ${url.pathname}`;
  rig.calls.push(call);
  const say = (status: number, body: object): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const { authorization } = request.headers;
  const listed = /^GET \/api\/v1\/repository\/(.+)\/tag\/$/.exec(call)?.[1];
  const open = authorization === undefined && listed !== undefined && rig.repositories.get(listed) === "public";
  if (!open && authorization !== `Bearer ${rig.token}`) {
    say(401, { error_message: "Requires authentication", error_type: "invalid_token", status: 401 });
    return;
  }
  if (listed !== undefined) {
    sayTags(rig.tags.get(listed), url.searchParams, say);
    return;
  }
  if (call === "POST /api/v1/repository") {
    create(JSON.parse(Buffer.concat(chunks).toString()) as Created, rig, say);
    return;
  }
  const scan = /^GET \/api\/v1\/repository\/(.+)\/manifest\/(sha256:[0-9a-f]+)\/security$/.exec(call);
  if (scan !== null) {
    say(200, scanDocument(rig.scans.get(scan[2] ?? "") ?? { status: "queued" }));
    return;
  }
  const name = /^GET \/api\/v1\/repository\/(.+)$/.exec(call)?.[1] ?? "";
  const visibility = rig.repositories.get(name);
  if (visibility === undefined) say(404, { error_message: "Not Found", status: 404 });
  else say(200, { name: name.split("/").at(-1), is_public: visibility === "public", kind: "image" });
}

/** Numbered pages of a hundred at most, as `listRepoTags` gives them. */
function sayTags(
  tags: readonly QuayTag[] | undefined,
  query: URLSearchParams,
  say: (status: number, body: object) => void,
): void {
  if (tags === undefined) {
    say(404, { error_message: "Not Found", status: 404 });
    return;
  }
  const [page, limit] = [Number(query.get("page") ?? 1), Math.min(100, Number(query.get("limit") ?? 50))];
  const shown = tags.slice((page - 1) * limit, page * limit).map(({ name, digest, pushed }) => ({
    name,
    reversion: false,
    start_ts: pushed,
    manifest_digest: digest,
    is_manifest_list: false,
    size: 1,
    last_modified: new Date(pushed * 1000).toUTCString(),
  }));
  say(200, { tags: shown, page, has_additional: page * limit < tags.length });
}

interface Created {
  readonly repository?: string;
  readonly namespace?: string;
  readonly visibility?: "public" | "private";
  readonly description?: string;
}

function create(
  { repository, namespace, visibility, description }: Created,
  { repositories }: QuayRig,
  say: (status: number, body: object) => void,
): void {
  const name = `${namespace}/${repository}`;
  if (repository === undefined || visibility === undefined || description === undefined) {
    say(400, { detail: "repository, visibility and description are required", status: 400 });
  } else if (repositories.has(name)) {
    say(400, { detail: "Repository already exists", error_message: "Repository already exists", status: 400 });
  } else {
    repositories.set(name, visibility);
    say(201, { namespace, name: repository, kind: "image" });
  }
}

function scanDocument({ status, vulnerabilities = [] }: QuayScan): object {
  if (status !== "scanned") return { status, data: null };
  const found = vulnerabilities.map(({ name, severity, fixedBy }) => ({
    Name: name,
    Severity: severity,
    FixedBy: fixedBy,
    NamespaceName: "RHEL9",
  }));
  const feature = { Name: "openssl-libs", Version: "1:3.0.7-27.el9", VersionFormat: "rpm", Vulnerabilities: found };
  return { status, data: { Layer: { Name: "sha256", ParentName: "", IndexedByVersion: 4, Features: [feature] } } };
}

/** A push to a repository that is not there creates it private, as Quay does. */
function pass(request: IncomingMessage, response: ServerResponse, behind: string, rig: QuayRig): void {
  const pushed = /^\/v2\/(.+?)\/(?:blobs\/uploads|manifests)\//.exec(request.url ?? "")?.[1];
  const writes = request.method === "POST" || request.method === "PUT" || request.method === "PATCH";
  if (pushed !== undefined && writes && !rig.repositories.has(pushed)) {
    rig.tooEarly.push(pushed);
    rig.repositories.set(pushed, "private");
  }
  const options = { method: request.method, headers: request.headers, path: request.url };
  const onward = forward(`http://${behind}`, options, (found) => {
    response.writeHead(found.statusCode ?? 502, found.headers);
    found.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
}
