import { setMaxListeners } from "node:events";
import {
  type BackoffOptions,
  createHostPauses,
  defaultBackoff,
  fullJitter,
  type HostPauses,
  parseRetryAfter,
  pause,
} from "./backoff.ts";
import { discard } from "./body.ts";
import { connectionFailure, isPassing } from "./connection-failure.ts";
import { createConnections } from "./connections.ts";
import { exchange } from "./exchange.ts";
import { type HttpAnswer, type HttpRequest, isStreamBody } from "./message.ts";
import { followRedirects } from "./redirect.ts";
import { createHostWindows, type HostWindows } from "./windows.ts";

export interface HttpOptions {
  /** Certificates in PEM, trusted beside the system's. */
  readonly ca?: string | undefined;
  /** Connections at once to one host. */
  readonly connectionsPerHost?: number;
  /** For name look-up, TCP and TLS together; 15 s unless given. */
  readonly connectMs?: number;
  /** For a server that neither takes bytes nor sends any; 60 s unless given. */
  readonly idleMs?: number;
  readonly backoff?: Partial<BackoffOptions>;
  /** Shared by clients that speak to the same hosts. */
  readonly pauses?: HostPauses;
  /** Shared in the same way. */
  readonly windows?: HostWindows;
  readonly userAgent?: string;
  /** `environment` goes through the proxies that `HTTPS_PROXY` and its like name; `none` (by itself) directly. */
  readonly proxies?: "environment" | "none";
}

export interface Http {
  /**
   * Sends a request and gives the answer, whatever its status is: redirects are followed, and what may pass (429,
   * 502, 503, 504, broken connections) is tried again, except with a streamed body, which only goes once.
   * Rejects with `Failed`: `registry/unreachable`, `registry/unexpected-answer`, `oci/cancelled`.
   */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Connects to a host while it is not known yet what it is to be asked; through a proxy only once it is. Never fails. */
  readonly expect: (url: URL, requests: number) => Promise<void>;
  /** How long a host takes for what costs it nothing, in milliseconds, as far as it has shown. */
  readonly roundTripMs: (url: URL) => number | undefined;
  readonly backoff: BackoffOptions;
  readonly close: () => void;
}

export function createHttp(options: HttpOptions = {}): Http {
  const backoff = { ...defaultBackoff, ...options.backoff };
  const pauses = options.pauses ?? createHostPauses();
  const windows = options.windows ?? createHostWindows();
  const connections = createConnections({
    ca: options.ca,
    perHost: options.connectionsPerHost ?? 64,
    proxies: options.proxies ?? "none",
    onConnect: ({ host }, tookMs) => windows.connected(host, tookMs),
  });
  const limits = { connections, connectMs: options.connectMs ?? 15_000, idleMs: options.idleMs ?? 60_000 };
  const userAgent = options.userAgent ?? "mirror";

  const sendHop = async (hop: HttpRequest, addresses: "any" | "public"): Promise<HttpAnswer> => {
    await pauses.wait(hop.url.host, hop.signal);
    try {
      return await windows.within(hop, (behind) => exchange(hop, { ...limits, addresses, behind }));
    } catch (error) {
      throw connectionFailure(error, hop.url, hop.signal, await connections.proxies.nameFor(hop.url));
    }
  };
  const sendOnce = (request: HttpRequest): Promise<HttpAnswer> => {
    listenedToByMany(request.signal);
    return followRedirects({ ...request, headers: { "user-agent": userAgent, ...request.headers } }, sendHop);
  };

  return {
    send: (request) => persist(request, sendOnce, backoff, pauses),
    expect: async (url, requests) => {
      try {
        const tunnel = await connections.proxies.nameFor(url);
        if (tunnel === undefined) connections.short.expect(url, requests);
      } catch {
        // What is wrong with a proxy or a certificate is told by the first request.
      }
    },
    roundTripMs: (url) => windows.roundTripMs(url.host),
    backoff,
    close: connections.close,
  };
}

const prepared = new WeakSet<AbortSignal>();

/** One signal ends all the requests of a run: many listeners on it are no leak. */
function listenedToByMany(signal: AbortSignal): void {
  if (prepared.has(signal)) return;
  prepared.add(signal);
  setMaxListeners(0, signal);
}

async function persist(
  request: HttpRequest,
  sendOnce: (request: HttpRequest) => Promise<HttpAnswer>,
  backoff: BackoffOptions,
  pauses: HostPauses,
): Promise<HttpAnswer> {
  const attempts = isStreamBody(request.body) ? 1 : backoff.attempts;
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await sendOnce(request);
      const waitMs = waitAfter(answer, attempt, backoff);
      if (waitMs === undefined) return answer;
      // Others are told even where we ourselves give up. A gateway's error is about one request, not about the host.
      const shared = answer.status === 429 || answer.status === 503;
      if (shared && waitMs <= backoff.patienceMs) pauses.hold(answer.url.host, waitMs);
      if (attempt >= attempts || waitMs > backoff.patienceMs) return answer;
      discard(answer);
      if (!shared) await pause(waitMs, request.signal);
    } catch (error) {
      if (request.signal.aborted || attempt >= attempts || !isPassing(error)) throw error;
      await pause(fullJitter(attempt - 1, backoff), request.signal);
    }
  }
}

/** How long to wait after this answer; undefined where the answer is final. */
function waitAfter(answer: HttpAnswer, attempt: number, backoff: BackoffOptions): number | undefined {
  if (![429, 502, 503, 504].includes(answer.status)) return undefined;
  const asked = parseRetryAfter(answer.headers["retry-after"], Date.now());
  // A little more than asked for, each client for itself: else all come back in the same instant.
  return asked === undefined ? fullJitter(attempt, backoff) : asked + Math.random() * backoff.baseMs;
}
