import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failed } from "../../failure/index.ts";
import { type Layout, openLayout } from "../layout/index.ts";
import { refusalOf, sendRefusal } from "./answer.ts";
import { handle } from "./handle.ts";
import { parseRoute } from "./route.ts";
import { type Uploads, uploadsInto } from "./uploads.ts";

/** A request that has been answered, for logs and for counting. */
export interface ServedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** What was answered; 499 where the client went away before. */
  readonly status: number;
  readonly milliseconds: number;
}

export interface ServeOptions {
  readonly folder: string;
  /** A loopback address, and a port or 0 for any that is free. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly onRequest?: (request: ServedRequest) => void;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** A registry that is being served. */
export interface ServedRegistry {
  /** As references write it: `127.0.0.1:5000`. */
  readonly host: string;
  readonly layout: Layout;
  /** Ends requests in flight after a second, and gives open uploads up. */
  close(): Promise<void>;
}

/** A connection on which nothing moves for so long is closed. */
const IDLE_CONNECTION_MS = 5 * 60 * 1000;
const CLOSE_AFTER_MS = 1000;
/** How long the rest of a body is read and thrown away, so that its sender gets to read the refusal. */
const DRAIN_MS = 2000;
const CLIENT_GONE = 499;

/**
 * Serves the layout in a folder as a registry: the OCI distribution API, version 1.1, over plain HTTP on loopback.
 * Blobs are shared by all repositories: mounting always succeeds, and there is nothing to keep apart, since whoever
 * reaches the port may read and write everything. Throws `Failed`: `oci/not-loopback`, `oci/cannot-listen`, and what
 * opening the layout throws.
 */
export async function serveLayout(options: ServeOptions): Promise<ServedRegistry> {
  const { folder, listen, now = Date.now } = options;
  if (!isLoopback(listen.host)) throw notLoopback(listen.host);
  const layout = await openLayout(folder, { now });
  const uploads = uploadsInto(layout, now);
  const server = createServer({ requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 });
  server.setTimeout(IDLE_CONNECTION_MS);
  server.on("request", (request, response) => {
    report(request, response, options.onRequest);
    void answer(request, response, layout, uploads);
  });
  const { address, family, port } = await listening(server, listen);
  return {
    host: `${family === "IPv6" ? `[${address}]` : address}:${port}`,
    layout,
    async close() {
      await closed(server);
      await uploads.discardAll();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  layout: Layout,
  uploads: Uploads,
): Promise<void> {
  response.setHeader("Docker-Distribution-API-Version", "registry/2.0");
  const [path = "", query] = (request.url ?? "").split("?", 2);
  try {
    await handle(parseRoute(path), { request, response, layout, uploads, query: new URLSearchParams(query) });
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

function report(request: IncomingMessage, response: ServerResponse, onRequest: ServeOptions["onRequest"]): void {
  if (onRequest === undefined) return;
  const started = performance.now();
  response.once("close", () => {
    onRequest({
      method: request.method ?? "",
      url: request.url ?? "",
      status: response.writableFinished ? response.statusCode : CLIENT_GONE,
      milliseconds: performance.now() - started,
    });
  });
}

function listening(server: Server, listen: ServeOptions["listen"]): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen(listen, cause)));
    server.listen(listen.port, listen.host, () => resolve(server.address() as AddressInfo));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_AFTER_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function notLoopback(host: string): Failed {
  return new Failed({
    code: "oci/not-loopback",
    class: "usage",
    message: `An embedded registry does not listen on ${host}, where other machines could write to it`,
    hint: "Listen on 127.0.0.1",
  });
}

function cannotListen({ host, port }: ServeOptions["listen"], cause: Error): Failed {
  return new Failed(
    {
      code: "oci/cannot-listen",
      class: "usage",
      message: `The embedded registry cannot listen on ${host}:${port}: ${cause.message}`,
      hint: "Choose another port, or 0 for any that is free",
    },
    { cause },
  );
}
