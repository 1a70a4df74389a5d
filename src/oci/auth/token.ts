import { Failed } from "../../failure/index.ts";
import { type Http, type HttpAnswer, readBytes, readExcerpt } from "../http/index.ts";
import type { Credentials } from "./credentials.ts";
import { howToLogIn, howToRenew, inWords } from "./in-words.ts";

export interface TokenRequest {
  /** The registry that the token is for. */
  readonly name: string;
  readonly realm: URL;
  /** Where the realm's name may lead. */
  readonly addresses: "any" | "public";
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
}

export interface Token {
  readonly token: string;
  readonly lifetimeMs: number;
  /** A new identity token, where the server exchanged the one we sent. */
  readonly identity: string | undefined;
}

const LARGEST_ANSWER = 1024 * 1024;
const SHORTEST_LIFETIME_S = 60;

/**
 * Asks a token server (distribution, "token authentication"): by GET as the holder of a password or as nobody, by
 * POST with an identity token, and by GET again where the server knows no POST.
 * Throws `Failed`: `registry/unauthorized`, `registry/rate-limited`, `registry/server-error`,
 * `registry/unexpected-answer`.
 */
export async function fetchToken(http: Http, request: TokenRequest, signal: AbortSignal): Promise<Token> {
  const { credentials } = request;
  if (credentials?.kind !== "identity") return readToken(await getToken(http, request, credentials, signal), request);
  const answer = await postToken(http, request, credentials.token, signal);
  if (![400, 404, 405].includes(answer.status)) return readToken(answer, request);
  await readExcerpt(answer, LARGEST_ANSWER);
  const { username, token: password } = credentials;
  return readToken(await getToken(http, request, { kind: "basic", username, password }, signal), request);
}

/** `Basic …` of RFC 7617, in UTF-8. */
export function basicHeader({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function getToken(
  http: Http,
  { realm, addresses, service, scopes }: TokenRequest,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const headers = credentials?.kind === "basic" ? { authorization: basicHeader(credentials) } : {};
  return http.send({ method: "GET", url, addresses, headers, signal });
}

function postToken(
  http: Http,
  { realm, addresses, service, scopes }: TokenRequest,
  refreshToken: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "mirror", refresh_token: refreshToken });
  if (service !== undefined) form.set("service", service);
  form.set("scope", scopes.join(" "));
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = Buffer.from(form.toString());
  return http.send({ method: "POST", url: realm, addresses, headers, body, signal });
}

async function readToken(answer: HttpAnswer, request: TokenRequest): Promise<Token> {
  const { realm } = request;
  if (answer.status !== 200) throw refused(answer, request, await readExcerpt(answer, 2000));
  const bytes = await readBytes(answer, LARGEST_ANSWER);
  const body = parseBody(Buffer.from(bytes).toString("utf8"));
  const token = [body.token, body.access_token].find((one) => typeof one === "string" && one !== "");
  if (typeof token !== "string") throw unexpected(realm, "it answered without a token");
  const seconds = Math.max(SHORTEST_LIFETIME_S, Number(body.expires_in) || SHORTEST_LIFETIME_S);
  const identity = typeof body.refresh_token === "string" ? body.refresh_token : undefined;
  return { token, lifetimeMs: seconds * 1000, identity };
}

function parseBody(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function refused(answer: HttpAnswer, { name, realm, credentials }: TokenRequest, body: string): Failed {
  const detail = body.trim() === "" ? {} : { detail: [body.trim().replace(/\s+/g, " ").slice(0, 300)] };
  if (answer.status === 401 || answer.status === 403 || answer.status === 400) {
    return new Failed({
      code: "registry/unauthorized",
      class: "permanent",
      message:
        credentials === undefined
          ? `The token server ${realm.host} wants credentials for ${name}, and there are none (${answer.status})`
          : `The token server ${realm.host} does not accept ${inWords(credentials)} for ${name} (${answer.status})`,
      hint: credentials === undefined ? howToLogIn(name) : howToRenew(credentials, name),
      ...detail,
    });
  }
  const limited = answer.status === 429;
  return new Failed({
    code: limited ? "registry/rate-limited" : "registry/server-error",
    class: limited || answer.status >= 500 ? "transient" : "permanent",
    message: `The token server ${realm.host} answered with status ${answer.status}`,
    hint: "Run again later; what has arrived is not sent twice",
    ...detail,
  });
}

function unexpected(realm: URL, why: string): Failed {
  return new Failed({
    code: "registry/unexpected-answer",
    class: "permanent",
    message: `The token server ${realm.host} cannot be used: ${why}`,
    hint: "Check the registry's token settings, or the proxy in front of it",
  });
}
