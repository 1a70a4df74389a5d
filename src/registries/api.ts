import { Failed } from "../failure/index.ts";
import { discard, type Http, type Method, readBytes } from "../oci/http/index.ts";
import type { Credentials } from "../oci/index.ts";

/** The interface that a registry has beside the wire protocol: JSON over HTTP, at the same host. */
export interface RegistryApi {
  /** `host[:port]`. */
  readonly host: string;
  /** The account that it is called as; undefined where there is none that it knows (nobody, or a bare token). */
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
  const account = async () => {
    const found = await credentials();
    return found?.kind === "basic" ? found : undefined;
  };
  return {
    host,
    account: async () => (await account())?.username,
    call: async ({ method, path, headers, body }, signal) => {
      const found = await account();
      const answer = await http.send({
        method,
        url: new URL(path, url),
        headers: {
          accept: "application/json",
          ...(found === undefined ? {} : { authorization: basic(found) }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
        signal,
      });
      const text = method === "HEAD" ? "" : Buffer.from(await readBytes(answer, LARGEST_ANSWER)).toString("utf8");
      if (method === "HEAD") discard(answer);
      return { status: answer.status, body: parse(text), text };
    },
  };
}

const basic = ({ username, password }: { readonly username: string; readonly password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field of an answer; undefined where there is none. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** The items of a list in an answer; none where it is no list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The failure of a call that was answered with a status nobody hoped for. `purpose` follows "refuses to". */
export function apiFailure({ host }: RegistryApi, purpose: string, { status, body, text }: ApiAnswer): Failed {
  const said = listOf(fieldOf(body, "errors")).map(
    (one) => `${status} ${fieldOf(one, "code")}: ${fieldOf(one, "message")}`,
  );
  return new Failed({
    code: status >= 500 ? "registry/server-error" : status === 403 ? "registry/denied" : "registry/unexpected-answer",
    class: status >= 500 || status === 429 ? "transient" : "permanent",
    message: `${host} refuses to ${purpose}`,
    hint: status === 403 ? "Give the account the right to it, or do it by hand" : "Look at what it said",
    detail: said.length > 0 ? said.slice(0, 5) : [`${status} ${text.slice(0, 300)}`.trim()],
  });
}
