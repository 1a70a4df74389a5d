import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { exchangeBulk } from "./bulk.ts";
import type { Connections } from "./connections.ts";
import { exchangeLong } from "./long.ts";
import { type HttpAnswer, type HttpRequest, isStreamBody } from "./message.ts";
import { publicLookup } from "./private-address.ts";
import { sendStream } from "./send-stream.ts";
import { COMMIT_PATIENCE, exchangeShort, isLong } from "./short.ts";
import { timedOut } from "./timeout.ts";

export interface ExchangeOptions {
  readonly connections: Connections;
  /** For name look-up, TCP and TLS together. */
  readonly connectMs: number;
  /** For a server that neither takes bytes nor sends any. */
  readonly idleMs: number;
  /** Whether a name may stand for an address of a private network. */
  readonly addresses: "any" | "public";
  /** How many requests like this one wait for their turn. */
  readonly behind: () => number;
}

/** One request and its answer, nothing followed and nothing tried again. Rejects with the system's error. */
export async function exchange(request: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer> {
  const tunnel = await options.connections.proxies.agentFor(request.url);
  if (tunnel !== undefined) return exchangeByNode(request, options, tunnel);
  const answer = await exchangeByHand(request, options);
  return answer ?? exchangeByNode(request, options, undefined);
}

/** Undefined where it is left to Node's client: answers that are out of the ordinary. */
function exchangeByHand(request: HttpRequest, options: ExchangeOptions): Promise<HttpAnswer | undefined> {
  const { bulk, short } = options.connections;
  if (request.answer === "any length") return Promise.resolve(undefined);
  if (request.method === "GET" && request.answer === "bulk") return exchangeBulk(request, { ...options, lines: bulk });
  const { body } = request;
  if (!isLong(body)) return exchangeShort(request, { ...options, lines: short });
  return exchangeLong(request, body, { ...options, lines: short });
}

function exchangeByNode(
  request: HttpRequest,
  options: ExchangeOptions,
  tunnel: Agent | undefined,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const send = request.url.protocol === "https:" ? httpsRequest : httpRequest;
    const outgoing = send(request.url, {
      method: request.method,
      headers: { ...request.headers, ...lengthOf(request) },
      agent: tunnel ?? options.connections.agentFor(request.url),
      ...(tunnel === undefined ? {} : { secureContext: options.connections.secureContext() }),
      signal: request.signal,
      ...(options.addresses === "public" ? { lookup: publicLookup } : {}),
    });
    outgoing.on("error", reject);
    outgoing.once("response", (incoming) => resolve(answerOf(incoming, request.url)));
    limitConnecting(outgoing, options.connectMs);
    limitIdling(outgoing, request.body, options.idleMs);
    sendBody(outgoing, request.body, reject);
  });
}

function lengthOf({ method, body }: HttpRequest): Record<string, string> {
  if (body !== undefined) return { "content-length": String(isStreamBody(body) ? body.size : body.length) };
  return method === "POST" || method === "PUT" ? { "content-length": "0" } : {};
}

function answerOf(incoming: IncomingMessage, url: URL): HttpAnswer {
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    challenges: incoming.headersDistinct["www-authenticate"] ?? [],
    url,
    body: incoming,
    address: incoming.socket.remoteAddress,
  };
}

function sendBody(outgoing: ClientRequest, body: HttpRequest["body"], reject: (error: Error) => void): void {
  if (!isStreamBody(body)) {
    outgoing.end(body);
    return;
  }
  let answered = false;
  const fail = (error: Error): void => {
    if (answered) return;
    reject(error);
    outgoing.destroy();
  };
  const { stop } = sendStream(body, outgoing, { ended: () => outgoing.end(), fail });
  outgoing.once("close", stop);
  outgoing.once("response", (incoming: IncomingMessage) => {
    answered = true;
    if (outgoing.writableEnded) return;
    // The server has made up its mind before the end: what remains is not sent, and the connection is of no more use.
    stop();
    incoming.once("close", () => outgoing.destroy());
  });
}

function limitConnecting(outgoing: ClientRequest, connectMs: number): void {
  outgoing.once("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => outgoing.destroy(timedOut("connect")), connectMs);
    const done = (): void => clearTimeout(timer);
    socket.once("encrypted" in socket ? "secureConnect" : "connect", done);
    socket.once("close", done);
  });
}

function limitIdling(outgoing: ClientRequest, body: HttpRequest["body"], idleMs: number): void {
  let incoming: IncomingMessage | undefined;
  outgoing.once("response", (message: IncomingMessage) => {
    incoming = message;
  });
  let patience = isStreamBody(body) ? COMMIT_PATIENCE : 1;
  outgoing.once("socket", (socket) => {
    const idle = (): void => {
      // A pause that we ask for ourselves (the other side of a copy is slow) is no fault of this server.
      const reader = incoming !== undefined && (incoming.isPaused() || incoming.readableLength > 0);
      const writer = incoming === undefined && !outgoing.writableEnded && !outgoing.writableNeedDrain;
      if (!reader && !writer) patience -= 1;
      if (patience > 0) socket.setTimeout(idleMs);
      else (incoming ?? outgoing).destroy(timedOut("answer"));
    };
    // Of the socket, as a request tells it once only.
    socket.setTimeout(idleMs).on("timeout", idle);
    outgoing.once("close", () => socket.setTimeout(0).off("timeout", idle));
  });
}
