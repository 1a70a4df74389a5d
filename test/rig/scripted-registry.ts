import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A request as a script sees it, before its body is read. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The client's port: one for each connection. */
  readonly port: number;
  /** How many requests came before this one. */
  readonly index: number;
}

/** What a script answers in place of the registry. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** The connection breaks after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Milliseconds before anything is answered. */
  readonly delayMs?: number;
}

/** Looks at each request: undefined leaves it to the registry, `drop` breaks the connection. */
export type Script = (seen: Seen) => Answer | "drop" | undefined;

export interface ScriptedRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  /** Every request so far. */
  readonly log: readonly (Seen & { readonly status: number })[];
  /** Replaces the script. */
  script: Script;
  /** By `repository digest`. */
  readonly blobs: Map<string, Uint8Array>;
  /** By `repository reference`. */
  readonly manifests: Map<string, StoredManifest>;
  stop(): Promise<void>;
}

interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A small registry in memory, with a script that can make it answer as no good registry would. */
export async function startScriptedRegistry(
  options: { readonly script?: Script; readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<ScriptedRegistry> {
  const log: (Seen & { status: number })[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "/", "http://registry");
    const seen = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      port: request.socket.remotePort ?? 0,
      index: log.length,
      status: 0,
    };
    log.push(seen);
    response.once("finish", () => {
      seen.status = response.statusCode;
    });
    const scripted = registry.script(seen);
    if (scripted === "drop") request.socket.destroy();
    else if (scripted !== undefined) void play(response, scripted);
    else void serve(registry, seen, request, response);
  };
  const server = options.tls === undefined ? createServer(handle) : createTlsServer({ ...options.tls }, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry: ScriptedRegistry = {
    host,
    url: `${options.tls === undefined ? "http" : "https"}://${host}`,
    log,
    script: options.script ?? (() => undefined),
    blobs: new Map(),
    manifests: new Map(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}

/** An answer in the form of distribution-spec's errors. */
export function errorAnswer(status: number, code: string, message: string, headers: Answer["headers"] = {}): Answer {
  const body = JSON.stringify({ errors: [{ code, message }] });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

async function play(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
  const body = Buffer.from(answer.body ?? "");
  const headers = { "content-length": String(body.length), ...answer.headers } as Record<string, string | string[]>;
  response.writeHead(answer.status, headers);
  if (answer.cutAfter === undefined) {
    response.end(body);
    return;
  }
  // Not at once: whoever reads is to have passed the first bytes on.
  response.write(body.subarray(0, answer.cutAfter), () => setTimeout(() => response.socket?.destroy(), 30));
}

async function serve(registry: ScriptedRegistry, seen: Seen, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return;
  }
  const answer = answerFor(registry, seen, Buffer.concat(chunks));
  const body = seen.method === "HEAD" ? "" : (answer.body ?? "");
  await play(response, { ...answer, body });
}

function answerFor(registry: ScriptedRegistry, seen: Seen, body: Buffer): Answer {
  const { method, path } = seen;
  const manifest = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(path);
  if (manifest !== null) return manifestAnswer(registry, method, manifest[1] ?? "", manifest[2] ?? "", body, seen);
  const upload = /^\/v2\/(.+)\/blobs\/uploads\/([^/]*)$/.exec(path);
  if (upload !== null) return uploadAnswer(registry, seen, upload[1] ?? "", body);
  const blob = /^\/v2\/(.+)\/blobs\/([^/]+)$/.exec(path);
  if (blob !== null) {
    const bytes = registry.blobs.get(`${blob[1]} ${blob[2]}`);
    if (bytes === undefined) return errorAnswer(404, "BLOB_UNKNOWN", "blob unknown");
    return { status: 200, headers: { "content-length": String(bytes.length) }, body: bytes };
  }
  return errorAnswer(404, "UNSUPPORTED", path);
}

function manifestAnswer(
  { manifests }: ScriptedRegistry,
  method: string,
  repository: string,
  reference: string,
  body: Buffer,
  seen: Seen,
): Answer {
  if (method === "PUT") {
    const digest = sha256(body);
    const stored = { mediaType: seen.headers["content-type"] ?? "", bytes: body };
    manifests.set(`${repository} ${reference}`, stored).set(`${repository} ${digest}`, stored);
    return { status: 201, headers: { "docker-content-digest": digest } };
  }
  const stored = manifests.get(`${repository} ${reference}`);
  if (stored === undefined) return errorAnswer(404, "MANIFEST_UNKNOWN", "manifest unknown");
  const headers = {
    "content-type": stored.mediaType,
    "content-length": String(stored.bytes.length),
    "docker-content-digest": sha256(stored.bytes),
  };
  return { status: 200, headers, body: stored.bytes };
}

function uploadAnswer({ blobs }: ScriptedRegistry, { method, query }: Seen, repository: string, body: Buffer): Answer {
  if (method === "DELETE") return { status: 204 };
  if (method === "POST") {
    const mounted = blobs.get(`${query.get("from")} ${query.get("mount")}`);
    if (mounted !== undefined) {
      blobs.set(`${repository} ${query.get("mount")}`, mounted);
      return { status: 201 };
    }
    return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${randomUUID()}?state=a%2Fb%3D` } };
  }
  const digest = query.get("digest") ?? "";
  if (query.get("state") !== "a/b=") return errorAnswer(404, "BLOB_UPLOAD_UNKNOWN", "the state was lost");
  if (digest !== sha256(body)) return errorAnswer(400, "DIGEST_INVALID", "digest invalid");
  blobs.set(`${repository} ${digest}`, body);
  return { status: 201, headers: { location: `/v2/${repository}/blobs/${digest}` } };
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
