import { randomUUID } from "node:crypto";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type HarborArtifact, listArtifacts } from "./harbor-artifacts.ts";

/** A project as Harbor has it. */
export interface HarborProject {
  readonly public: boolean;
  /** Bytes that may be pushed to it, as long as it is set. */
  quota?: number;
  /** Tags that may not be moved. */
  readonly immutable?: RegExp;
  readonly proxyCache?: boolean;
}

/** An account: an administrator, a user or robot of one project, or one without rights. */
export interface HarborAccount {
  readonly password: string;
  readonly role: "admin" | "none" | { readonly project: string };
}

export interface HarborOptions {
  /** `host:port` of the registry that stores what is pushed. */
  readonly storage: string;
  readonly projects?: Readonly<Record<string, HarborProject>>;
  /** By username: `admin`, `robot$ci`, `robot$mlrun+ci`. */
  readonly accounts: Readonly<Record<string, HarborAccount>>;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface Harbor {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly projects: Map<string, HarborProject>;
  /** Every request so far: `HEAD /api/v2.0/projects?project_name=mlrun 404`. */
  readonly log: string[];
  /** Whether nothing can be pushed at all. */
  readOnly: boolean;
  /** How often a push of a repository's manifests still fails, by the repository with its project. */
  readonly failing: Map<string, number>;
  /** Tagged artifacts by repository with its project. */
  readonly artifacts: Map<string, readonly HarborArtifact[]>;
  /** What the API answers as `scan_overview`, by `repository@digest` below the project. */
  readonly scans: Map<string, object>;
  stop(): Promise<void>;
}

/**
 * A Harbor: its API v2.0, its token service with its own ways, and a registry behind it that really stores. Answers
 * have the form of goharbor/harbor 2.15, api/v2.0/swagger.yaml and src/server/middleware.
 */
export async function startHarbor(options: HarborOptions): Promise<Harbor> {
  const state: State = {
    ...options,
    projects: new Map(Object.entries(options.projects ?? {})),
    log: [],
    readOnly: false,
    failing: new Map(),
    artifacts: new Map(),
    scans: new Map(),
    tokens: new Map(),
    scheme: options.tls === undefined ? "http" : "https",
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    response.once("finish", () => state.log.push(`${request.method} ${request.url} ${response.statusCode}`));
    route(request, response, state).catch((error) => response.destroy(error));
  };
  const server = options.tls === undefined ? createServer(handle) : createTlsServer(options.tls, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

interface State extends Omit<HarborOptions, "projects"> {
  readonly projects: Map<string, HarborProject>;
  readonly log: string[];
  readOnly: boolean;
  readonly failing: Map<string, number>;
  readonly artifacts: Map<string, readonly HarborArtifact[]>;
  readonly scans: Map<string, object>;
  /** Account by token; undefined for the token that a wrong password gets. */
  readonly tokens: Map<string, string | undefined>;
  readonly scheme: "http" | "https";
}

async function route(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const url = new URL(request.url ?? "/", "http://harbor");
  if (url.pathname === "/service/token") giveToken(request, response, url, state);
  else if (url.pathname.startsWith("/api/v2.0/")) await api(request, response, url, state);
  else await registry(request, response, url, state);
}

/** A wrong password gets a token too, of no use, as long as a scope is asked for (core/service/token). */
function giveToken(request: IncomingMessage, response: ServerResponse, url: URL, state: State): void {
  const account = accountOf(request, state);
  if (account === undefined && request.headers.authorization !== undefined && !url.searchParams.has("scope")) {
    refuse(response, 401, "UNAUTHORIZED", "unauthorized");
    return;
  }
  const token = randomUUID();
  state.tokens.set(token, account);
  json(response, 200, { token, expires_in: 1800 });
}

async function api(request: IncomingMessage, response: ServerResponse, url: URL, state: State): Promise<void> {
  const path = url.pathname.replace("/api/v2.0", "");
  if (path === "/ping") {
    response.writeHead(200, { "content-type": "text/plain" }).end("Pong");
    return;
  }
  const account = accountOf(request, state);
  if (account === undefined) return refuse(response, 401, "UNAUTHORIZED", "unauthorized");
  const listed = /^\/projects\/([^/]+)\/repositories\/([^/]+)\/artifacts$/.exec(path);
  const artifact = /^\/projects\/([^/]+)\/repositories\/([^/]+)\/artifacts\/([^/]+)(\/scan)?$/.exec(path);
  if (path === "/projects" && request.method === "HEAD") {
    const known = state.projects.has(url.searchParams.get("project_name") ?? "");
    response.writeHead(known ? 200 : 404).end();
  } else if (path === "/projects" && request.method === "POST") {
    createProject(response, account, JSON.parse(await textOf(request)), state);
  } else if (listed !== null) {
    const [, project = "", repository = ""] = listed;
    const role = state.accounts[account]?.role ?? "none";
    if (role !== "admin" && (role === "none" || role.project !== project)) {
      return refuse(response, 403, "FORBIDDEN", "forbidden");
    }
    listArtifacts(
      response,
      url,
      state.artifacts.get(`${project}/${decodeURIComponent(decodeURIComponent(repository))}`),
    );
  } else if (artifact !== null) {
    const [, , repository = "", digest, scan] = artifact;
    const key = `${decodeURIComponent(decodeURIComponent(repository))}@${digest}`;
    const overview = state.scans.get(key);
    if (overview === undefined) refuse(response, 404, "NOT_FOUND", `artifact ${key} not found`);
    else if (scan !== undefined) response.writeHead(202).end();
    else json(response, 200, { digest, ...overview });
  } else {
    refuse(response, 404, "NOT_FOUND", "path not found");
  }
}

function createProject(response: ServerResponse, account: string, body: unknown, state: State): void {
  const { project_name: name, metadata } = body as { project_name: string; metadata?: { public?: string } };
  if (state.accounts[account]?.role !== "admin") {
    refuse(response, 403, "FORBIDDEN", "Only system admin can create project");
  } else if (state.projects.has(name)) {
    refuse(response, 409, "CONFLICT", `The project named ${name} already exists`);
  } else {
    state.projects.set(name, { public: metadata?.public === "true" });
    response.writeHead(201, { location: "/api/v2.0/projects/7" }).end();
  }
}

async function registry(request: IncomingMessage, response: ServerResponse, url: URL, state: State): Promise<void> {
  const repository = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(url.pathname)?.[1];
  const name = repository?.split("/")[0] ?? "";
  const project = state.projects.get(name);
  const isRead = request.method === "GET" || request.method === "HEAD";
  const { authorization } = request.headers;
  if (authorization === undefined && (repository === undefined || isRead || project !== undefined)) {
    const scope = repository === undefined ? "" : `,scope="repository:${repository}:pull"`;
    const realm = `${state.scheme}://${request.headers.host}/service/token`;
    return unauthorized(response, `Bearer realm="${realm}",service="harbor-registry"${scope}`, "unauthorized");
  }
  if (repository === undefined) return forward(request, response, state);
  if (project === undefined) return unauthorized(response, "", `project ${name} not found`);
  const role = state.accounts[accountOf(request, state) ?? ""]?.role ?? "none";
  const mayPush = role === "admin" || (role !== "none" && role.project === name);
  if (!mayPush && !(isRead && project.public)) {
    const action = isRead ? "pull" : "push";
    return unauthorized(
      response,
      'Basic realm="harbor"',
      `unauthorized to access repository: ${repository}, action: ${action}`,
    );
  }
  const refused = isRead ? undefined : await refusalOf(request, url, { repository, project, name, state });
  if (refused !== undefined) return refuse(response, ...refused);
  forward(request, response, state);
}

interface Push {
  readonly repository: string;
  readonly project: HarborProject;
  readonly name: string;
  readonly state: State;
}

type Refusal = readonly [status: number, code: string, message: string];

/** What Harbor's middleware says of a push, before it reaches the registry. */
async function refusalOf(request: IncomingMessage, url: URL, push: Push): Promise<Refusal | undefined> {
  const { repository, project, name, state } = push;
  if (state.readOnly) {
    return [403, "DENIED", "The system is in read only mode. Any modification is prohibited."];
  }
  if (project.proxyCache === true) return [403, "DENIED", `can not push artifact to a proxy project: ${name}`];
  const size = Number(request.headers["content-length"] ?? 0);
  if (request.method === "PUT" && project.quota !== undefined) {
    if (size > project.quota) {
      const exceeded = `adding ${size} B of storage resource, which when updated to current usage of 0 B will exceed the configured upper limit of ${project.quota} B.`;
      return [403, "DENIED", `Quota exceeded when processing the request of ${exceeded}`];
    }
    project.quota -= size;
  }
  const tag = /\/manifests\/([^/:]+)$/.exec(url.pathname)?.[1];
  if (request.method === "PUT" && url.pathname.includes("/manifests/")) {
    const left = state.failing.get(repository) ?? 0;
    if (left > 0) {
      state.failing.set(repository, left - 1);
      return [500, "UNKNOWN", "internal server error"];
    }
  }
  if (tag !== undefined && project.immutable?.test(tag) === true && (await isThere(url.pathname, state))) {
    return [412, "PRECONDITION", `Failed to process request due to '${repository}:${tag}' configured as immutable.`];
  }
  return undefined;
}

async function isThere(path: string, { storage }: State): Promise<boolean> {
  const accept = "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json";
  return (await fetch(`http://${storage}${path}`, { method: "HEAD", headers: { accept } })).ok;
}

function accountOf({ headers }: IncomingMessage, state: State): string | undefined {
  const [kind, value = ""] = (headers.authorization ?? "").split(" ");
  if (kind === "Bearer") return state.tokens.get(value);
  const [, username = "", password] = /^([^:]*):(.*)$/.exec(Buffer.from(value, "base64").toString("utf8")) ?? [];
  return state.accounts[username]?.password === password ? username : undefined;
}

/** Under the name that the client knows, so that addresses of uploads lead here again. */
function forward(request: IncomingMessage, response: ServerResponse, { storage, scheme }: State): void {
  const { authorization: _, ...rest } = request.headers;
  const [hostname, port] = storage.split(":");
  const headers = { ...rest, "x-forwarded-proto": scheme };
  const onward = httpRequest({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once("error", () => response.destroy());
  request.pipe(onward);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function unauthorized(response: ServerResponse, challenge: string, message: string): void {
  response.setHeader("www-authenticate", challenge);
  refuse(response, 401, "UNAUTHORIZED", message);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  // What was not read of a body would be taken for the next request.
  response.setHeader("connection", "close");
  json(response, status, { errors: [{ code, message }] });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
