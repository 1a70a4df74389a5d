import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type Layout, openLayout } from "../layout/index.ts";
import { Refusal, refusalOf, sendRefusal } from "./answer.ts";
import type { Content } from "./exchange.ts";
import { handle } from "./handle.ts";
import { type Certificate, closed, createListener, IDLE_CONNECTION_MS, type Listen, listening } from "./listen.ts";
import { tooSlow } from "./pace.ts";
import { type ServedRequest, told } from "./request-log.ts";
import { parseRoute } from "./route.ts";
import { type Uploads, uploadsInto } from "./uploads.ts";

export interface ServeOptions {
  readonly listen: Listen;
  /** HTTPS with this certificate; plain HTTP without one. */
  readonly certificate?: Certificate | undefined;
  /** Whether a request with this Authorization header may be answered; without it, all are. */
  readonly mayEnter?: ((authorization: string | undefined) => Promise<boolean>) | undefined;
  readonly onRequest?: (request: ServedRequest) => void;
  /** A connection on which nothing moves for so long, or next to nothing while a request is answered, is closed. */
  readonly idleMs?: number;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** A layout that is being served. */
export interface Served {
  /** As references write it: `127.0.0.1:5000`. */
  readonly host: string;
  /** Ends requests in flight after a second, and gives open uploads up. */
  close(): Promise<void>;
}

/** A registry that can be written to. */
export interface ServedRegistry extends Served {
  readonly layout: Layout;
}

/** How long the rest of a body is read and thrown away, so that its sender gets to read the refusal. */
const DRAIN_MS = 2000;
const UPLOADS_LOOKED_AT_MS = 10 * 60 * 1000;

/** Serves the layout in a folder, to be read and written. Throws what `openLayout` and {@link serveContent} throw. */
export async function serveLayout(options: ServeOptions & { readonly folder: string }): Promise<ServedRegistry> {
  const layout = await openLayout(options.folder, { now: options.now ?? Date.now });
  return { ...(await serveContent({ access: "writable", layout }, options)), layout };
}

/**
 * Serves a layout as a registry: the OCI distribution API, version 1.1. Blobs are shared by all repositories: mounting
 * always succeeds, and there is nothing to keep apart, since whoever may enter may read everything, and write where
 * the content is writable. Throws `Failed`: `oci/not-loopback`, `oci/cannot-listen`, `oci/bad-certificate`.
 */
export async function serveContent(content: Content, options: ServeOptions): Promise<Served> {
  const { listen, idleMs = IDLE_CONNECTION_MS, now = Date.now } = options;
  const uploads = content.access === "writable" ? uploadsInto(content.layout, now) : undefined;
  const server = createListener(options.certificate, idleMs);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    told(request, response, options.onRequest);
    tooSlow(request, response, idleMs, (error) => refuse(request, response, error));
    void answer(request, response, { content, uploads, mayEnter: options.mayEnter });
  });
  const host = await listening(server, listen);
  const timer = setInterval(() => void uploads?.discardIdle().catch(() => {}), UPLOADS_LOOKED_AT_MS).unref();
  return { host, close: () => close(server, timer, uploads) };
}

async function close(server: Server, timer: NodeJS.Timeout, uploads: Uploads | undefined): Promise<void> {
  clearInterval(timer);
  await closed(server);
  await uploads?.discardAll();
}

interface Service {
  readonly content: Content;
  readonly uploads: Uploads | undefined;
  readonly mayEnter: ServeOptions["mayEnter"];
}

async function answer(request: IncomingMessage, response: ServerResponse, service: Service): Promise<void> {
  response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
  const { content, uploads, mayEnter } = service;
  const [path = "", query] = (request.url ?? "").split("?", 2);
  try {
    if (mayEnter !== undefined && !(await mayEnter(request.headers.authorization))) throw unauthorized();
    const exchange = { request, response, content, layout: content.layout, query: new URLSearchParams(query) };
    await handle(parseRoute(path), exchange, uploads);
  } catch (error) {
    refuse(request, response, error);
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent || (request.destroyed && !request.complete)) {
    // Too late to say anything: a body that breaks off is the only sign the client can get.
    response.destroy();
    return;
  }
  if (isStillSending(request)) {
    response.setHeader("Connection", "close");
    request.resume();
    const timer = setTimeout(() => request.destroy(), DRAIN_MS).unref();
    request.once("close", () => clearTimeout(timer));
  }
  sendRefusal(response, refusalOf(error));
}

function isStillSending({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0);
}

const unauthorized = (): Refusal =>
  new Refusal(401, "UNAUTHORIZED", "A name and a password are needed here", {
    "WWW-Authenticate": 'Basic realm="mirror"',
  });
