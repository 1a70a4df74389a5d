import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { answer } from "./answer.ts";
import type { Quirk, Reply, Seen } from "./quirk.ts";
import { Store } from "./store.ts";

export interface QuirkyRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly store: Store;
  /** Every request so far. */
  readonly log: readonly Seen[];
  stop(): Promise<void>;
}

/**
 * A registry in memory that does as distribution-spec v1.1 says, except for what a quirk changes: it mounts, takes
 * chunks and whole bodies, sends parts of blobs, refuses manifests whose blobs or children it lacks, lists tags by
 * pages, and has no referrers API.
 */
export async function startQuirkyRegistry(
  quirk: Quirk = {},
  options: { readonly address?: string } = {},
): Promise<QuirkyRegistry> {
  const store = new Store();
  const log: Writable[] = [];
  const server = createServer((request, response) => {
    const seen = seenOf(request, log.length);
    log.push(seen);
    void serve(request, response, seen);
  });
  const serve = async (request: IncomingMessage, response: ServerResponse, seen: Writable): Promise<void> => {
    const inside = { url: `http://${host}`, store };
    try {
      if (seen.path === "/token") seen.form = new URLSearchParams(await text(request));
      let reply = quirk.before?.(seen, inside);
      if (reply === "drop") return void request.socket.resetAndDestroy();
      reply ??= await answer({ request, seen, store, quirk });
      if (quirk.after !== undefined) reply = quirk.after(reply, seen, inside);
      seen.status = reply.status;
      send(request, response, reply);
    } catch {
      // The client, or the quirk, has broken the connection.
      response.destroy();
    }
  };
  const address = options.address ?? "127.0.0.1";
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const host = `${address}:${(server.address() as AddressInfo).port}`;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host, store, log, stop };
}

type Writable = { -readonly [Key in keyof Seen]: Seen[Key] };

function seenOf(request: IncomingMessage, index: number): Writable {
  const url = new URL(request.url ?? "/", "http://registry");
  return {
    method: request.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    index,
    status: 0,
    received: 0,
  };
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body ?? "");
  const headers = { "content-length": String(body.length), ...reply.headers } as Record<string, string | string[]>;
  // An answer before the end of the request: what is still to come is of no interest.
  if (!request.complete) {
    headers.connection = "close";
    request.on("error", () => {}).resume();
  }
  response.writeHead(reply.status, headers);
  if (request.method === "HEAD") response.end();
  else if (reply.cutAfter === undefined) response.end(body);
  // What is on its way when a connection is reset is lost: the client shall get to read it.
  else response.write(body.subarray(0, reply.cutAfter), () => setTimeout(() => request.socket.resetAndDestroy(), 30));
}
