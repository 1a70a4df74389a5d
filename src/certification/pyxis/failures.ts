import { Failed, type FailureClass } from "../../failure/index.ts";
import type { Links } from "./links.ts";

/** A call to the certification service, as messages name it. */
export interface Called {
  readonly host: string;
  /** What was to be done, after "to": "find component 65f0c2…". */
  readonly purpose: string;
  readonly component: string | undefined;
}

/** The service gave no answer, or none in time. */
export function noAnswer({ host, purpose }: Called, timeoutMs: number, cause: unknown, signal: AbortSignal): Failed {
  const late = cause instanceof Error && cause.name === "TimeoutError";
  const failureClass: FailureClass = signal.aborted ? "cancelled" : "transient";
  return new Failed(
    {
      code: "certification/unreachable",
      class: failureClass,
      message: late
        ? `Red Hat's certification service at ${host} took more than ${timeoutMs / 1000} s to ${purpose}`
        : `Red Hat's certification service at ${host} cannot be reached to ${purpose}`,
      hint: late ? "Run again: the service is slow at times" : "Check the network and the registry's catalog address",
    },
    { cause },
  );
}

/** The service said no: in plain words, with what a person can do about it. */
export function refused(called: Called, status: number, text: string, links: Links, retryAfterMs?: number): Failed {
  const detail = evidence(text);
  const base = { class: classOf(status), ...(detail.length === 0 ? {} : { detail }) };
  return new Failed(
    { ...base, ...wordsOf(called, status, text, links) },
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

interface Words {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

function wordsOf({ host, purpose, component }: Called, status: number, text: string, links: Links): Words {
  const page = component === undefined ? links.components : links.component(component);
  if (status === 401) {
    return {
      code: "certification/unauthorized",
      message: `Red Hat's certification service at ${host} does not accept the API key`,
      hint: `Make a key at ${links.keys} and set it as the registry's apiKey`,
    };
  }
  if (status === 403) {
    return {
      code: "certification/forbidden",
      message: `The API key may not ${purpose}`,
      hint: `Use a key of the organisation that owns the component: ${page}`,
    };
  }
  if (status === 404 && component !== undefined) {
    return {
      code: "certification/not-found",
      message: `Red Hat's certification service has nothing to ${purpose}`,
      hint: `Compare the component's id with ${links.components}`,
    };
  }
  if (status === 400 && /not (recognized|supported)/i.test(text)) {
    return {
      code: "certification/version",
      message: "Red Hat no longer takes results of the checks in this version",
      hint: "Update mirror, or choose a newer preflight as the judge",
    };
  }
  if (status === 429 || status >= 500) {
    return {
      code: "certification/unavailable",
      message: `Red Hat's certification service at ${host} answers ${status} when asked to ${purpose}`,
      hint: "Run again later; see https://status.redhat.com",
    };
  }
  return {
    code: "certification/refused",
    message: `Red Hat's certification service refuses to ${purpose} (${status})`,
    hint: `Read the answer below, and look at ${page}`,
  };
}

const classOf = (status: number): FailureClass => (status === 429 || status >= 500 ? "transient" : "permanent");

/** What the answer says: the detail of its JSON, or its first lines without markup. */
function evidence(text: string): string[] {
  try {
    const body: unknown = JSON.parse(text);
    const said = typeof body === "object" && body !== null ? (body as { detail?: unknown; title?: unknown }) : {};
    const parts = [said.title, said.detail].filter((part) => typeof part === "string" && part !== "");
    if (parts.length > 0) return parts.map(String);
  } catch {
    // Not JSON: shown as it is.
  }
  return text
    .replace(/<[^>]*>/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, 3);
}
