import { Failed } from "../../failure/index.ts";
import { type Called, noAnswer, refused } from "./failures.ts";
import { type Links, linksOf } from "./links.ts";

/** The service is slow at times: what its own clients allow it. */
const TIMEOUT_MS = 60_000;

export interface PyxisOptions {
  /** `https://catalog.redhat.com/api/containers`. */
  readonly base: string;
  /** The partner portal, `https://connect.redhat.com`. */
  readonly portal: string;
  /** Read when it is first needed. */
  readonly apiKey: () => Promise<string>;
  readonly timeoutMs?: number;
}

export interface Call {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below the service's base, or a whole address. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What it is for, as in "… refuses to PURPOSE". */
  readonly purpose: string;
  readonly component?: string;
  /** Statuses beyond 2xx that are answers and no failures. */
  readonly answers?: readonly number[];
}

export interface Answer {
  readonly status: number;
  /** Undefined where there is none, or it is no JSON beside a status that was expected. */
  readonly body: unknown;
}

export type Caller = (call: Call, signal: AbortSignal) => Promise<Answer>;

/**
 * Speaks with Red Hat's certification service: `X-API-KEY`, JSON, 60 s for an answer.
 * A call rejects with `Failed` (`certification/…`): transient for 429, 5xx, silence and a broken connection.
 */
export function createCaller(options: PyxisOptions): { readonly call: Caller; readonly links: Links } {
  const { base, portal, apiKey, timeoutMs = TIMEOUT_MS } = options;
  const links = linksOf(portal);
  const call: Caller = async ({ method, path, query, body, purpose, component, answers = [] }, signal) => {
    const url = new URL(path.startsWith("http") ? path : `${base}${path}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const called: Called = { host: url.host, purpose, component };
    const headers = {
      accept: "application/json",
      "x-api-key": await apiKey(),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const init = {
      method,
      headers,
      redirect: "error" as const,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    try {
      const answer = await fetch(url, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
      const text = await answer.text();
      if (!answer.ok && !answers.includes(answer.status)) {
        throw refused(called, answer.status, text, links, retryAfterOf(answer.headers.get("retry-after")));
      }
      return { status: answer.status, body: parse(text, called, answer.ok ? "needed" : "may-be-text") };
    } catch (thrown) {
      throw thrown instanceof Failed ? thrown : noAnswer(called, timeoutMs, thrown, signal);
    }
  };
  return { call, links };
}

function parse(text: string, { host, purpose }: Called, json: "needed" | "may-be-text"): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (json === "may-be-text") return undefined;
    throw new Failed(
      {
        code: "certification/no-json",
        class: "transient",
        message: `What ${host} answers when asked to ${purpose} is not JSON`,
        hint: "Check that the registry's catalog address is that of Red Hat's API, and that no proxy answers instead",
        detail: [text.slice(0, 200)],
      },
      { cause },
    );
  }
}

function retryAfterOf(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
