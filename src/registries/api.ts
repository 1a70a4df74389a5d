import { Failed } from "../failure/index.ts";
import { fieldOf, listOf } from "../json/index.ts";
import { discard, type Http, type HttpAnswer, type Method, readBytes } from "../oci/http/index.ts";
import type { Credentials } from "../oci/index.ts";

/** The interface that a registry has beside the wire protocol: JSON over HTTP, at the same host. */
export interface RegistryApi {
  /** `host[:port]`. */
  readonly host: string;
  /** The account that it is called as; undefined where it has no name (nobody, or a bare token). */
  readonly account: () => Promise<string | undefined>;
  /**
   * Sends a request and gives the answer, whatever its status is. What may pass is tried again. Rejects with `Failed`:
   * `registry/unreachable`, `registry/unexpected-answer`, `oci/cancelled`.
   */
  readonly call: (call: ApiCall, signal: AbortSignal) => Promise<ApiAnswer>;
}

export interface ApiCall {
  readonly method: Method;
  /** From the host on, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: HttpAnswer["headers"];
  /** What the answer says as JSON; undefined where it is none. */
  readonly body: unknown;
  /** The answer as it came, for messages. */
  readonly text: string;
}

const LARGEST_ANSWER = 4 * 1024 * 1024;

export interface ApiOptions {
  readonly host: string;
  /** `https://harbor.example.com`. */
  readonly url: string;
  readonly http: Http;
  readonly credentials: () => Promise<Credentials | undefined>;
}

/** Opens the interface of a registry. Credentials are read at its first use; cookies are neither kept nor sent. */
export function openApi({ host, url, http, credentials }: ApiOptions): RegistryApi {
  return {
    host,
    account: async () => {
      const found = await credentials();
      return found?.kind === "basic" ? found.username : undefined;
    },
    call: async ({ method, path, headers, body }, signal) => {
      const authorization = authorizationOf(await credentials());
      const answer = await http.send({
        method,
        url: new URL(path, url),
        headers: {
          accept: "application/json",
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
        signal,
      });
      const text = method === "HEAD" ? "" : Buffer.from(await readBytes(answer, LARGEST_ANSWER)).toString("utf8");
      if (method === "HEAD") discard(answer);
      return { status: answer.status, headers: answer.headers, body: parse(text), text };
    },
  };
}

function authorizationOf(found: Credentials | undefined): string | undefined {
  switch (found?.kind) {
    case "basic":
      return `Basic ${Buffer.from(`${found.username}:${found.password}`).toString("base64")}`;
    case "bearer":
      return `Bearer ${found.token}`;
    default:
      return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The failure of a call that was answered with a status nobody hoped for. `purpose` follows "refuses to". */
export function apiFailure({ host }: RegistryApi, purpose: string, { status, body, text }: ApiAnswer): Failed {
  const said = listOf(fieldOf(body, "errors")).map(
    (one) => `${status} ${fieldOf(one, "code")}: ${fieldOf(one, "message")}`,
  );
  const denied = status === 401 || status === 403;
  if (status === 429) return rateLimited(host, purpose, text);
  return new Failed({
    code: status >= 500 ? "registry/server-error" : denied ? "registry/denied" : "registry/unexpected-answer",
    class: status >= 500 ? "transient" : "permanent",
    message: `${host} refuses to ${purpose}`,
    hint: denied ? "Give the account the right to it, or do it by hand" : "Look at what it said",
    detail: said.length > 0 ? said.slice(0, 5) : [`${status} ${text.slice(0, 300)}`.trim()],
  });
}

const rateLimited = (host: string, purpose: string, text: string): Failed =>
  new Failed({
    code: "registry/rate-limited",
    class: "transient",
    message: `${host} allows no more requests for now, and refuses to ${purpose}`,
    hint: "Give it an account, which raises the limit on most registries, or run again later",
    detail: [`429 ${text.slice(0, 300)}`.trim()],
  });
