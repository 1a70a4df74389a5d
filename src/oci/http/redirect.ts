import { Failed } from "../../failure/index.ts";
import { discard } from "./body.ts";
import { connectionFailure } from "./connection-failure.ts";

import { type HttpAnswer, type HttpRequest, isStreamBody } from "./message.ts";
import { isPrivateAddress, literalAddress, privateError } from "./private-address.ts";

const MOST_HOPS = 5;

export type Send = (request: HttpRequest, addresses: "any" | "public") => Promise<HttpAnswer>;

/**
 * Sends a request and goes where the answers point. What is secret stays at the origin that was asked; a page that
 * came over TLS never leads to one without; and a public registry leads nobody into a private network.
 */
export async function followRedirects(request: HttpRequest, send: Send): Promise<HttpAnswer> {
  let current = request;
  let addresses = request.addresses ?? "any";
  for (let hop = 0; ; hop++) {
    const answer = await send(current, addresses);
    const location = answer.headers.location;
    const stays = request.redirects === "stay" || isStreamBody(request.body);
    if (stays || !isRedirect(answer.status) || location === undefined) return answer;
    discard(answer);
    if (hop === MOST_HOPS) throw refused(current.url, `it leads on more than ${MOST_HOPS} times`);
    const next = resolveUrl(location, current.url);
    addresses = addressesFrom(answer, next);
    current = redirected(current, next, answer.status);
  }
}

/** A URL that a server gave us. Throws `Failed` (`registry/unexpected-answer`) where it is none, or leaves TLS. */
export function resolveUrl(location: string, base: URL): URL {
  if (!URL.canParse(location, base.href)) throw refused(base, `it leads to "${location.slice(0, 200)}"`);
  const url = new URL(location, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refused(base, `it leads to ${url.protocol}`);
  if (base.protocol === "https:" && url.protocol === "http:")
    throw refused(base, `it leads to ${url.origin}, without TLS`);
  return url;
}

/** Where an answer may lead: a server in a private network (or on this machine) anywhere, another only in public. */
export function addressesFrom(answer: Pick<HttpAnswer, "address" | "url">, next: URL): "any" | "public" {
  if (next.hostname === answer.url.hostname) return "any";
  if (answer.address !== undefined && isPrivateAddress(answer.address)) return "any";
  const literal = literalAddress(next);
  if (literal !== undefined && isPrivateAddress(literal)) {
    throw connectionFailure(privateError(next.host), next);
  }
  return "public";
}

const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

function redirected(request: HttpRequest, url: URL, status: number): HttpRequest {
  const headers = url.origin === request.url.origin ? request.headers : withoutSecrets(request.headers);
  const asGet = status === 303 && request.method !== "HEAD";
  const { body, ...rest } = request;
  return {
    ...rest,
    url,
    ...(headers === undefined ? {} : { headers }),
    ...(asGet ? { method: "GET" as const } : body === undefined ? {} : { body }),
  };
}

function withoutSecrets(headers: HttpRequest["headers"]): HttpRequest["headers"] {
  const kept = Object.entries(headers ?? {}).filter(([name]) => !/^(authorization|cookie)$/i.test(name));
  return Object.fromEntries(kept);
}

function refused(from: URL, why: string): Failed {
  return new Failed({
    code: "registry/unexpected-answer",
    class: "permanent",
    message: `The address that ${from.host} refers to is not used: ${why}`,
    hint: "Check the registry's own address settings, or the proxy in front of it",
  });
}
