import { randomUUID } from "node:crypto";
import { errorReply, type Inside, isMount, type Quirk, type Reply, type Seen } from "./quirk.ts";

/** The only account of registries that want one. */
export const account = { kind: "basic", username: "robot$mirror", password: "secret" } as const;
export const identity = { kind: "identity", username: "<token>", token: "refresh-me" } as const;

export interface TokenOptions {
  /** `WWW-Authenticate` headers for who comes without a good token. */
  readonly challenge?: (realm: string, scope: string) => readonly string[];
  /** Answers a token request in place of the token server. */
  readonly issue?: (seen: Seen, scopes: readonly string[]) => Reply | undefined;
  /** Asked of a good token: anything but undefined refuses it. */
  readonly refuse?: (seen: Seen, scopes: readonly string[]) => Reply | "expired" | undefined;
}

/** A registry that takes Bearer tokens from a token server at its own `/token`, each for the scopes it was asked for. */
export function tokenAuth(options: TokenOptions = {}): Quirk {
  const granted = new Map<string, readonly string[]>();
  const challenge = options.challenge ?? standardChallenge;

  const issue = (seen: Seen): Reply => {
    const scopes = [...seen.query.getAll("scope"), ...(seen.form?.get("scope")?.split(" ") ?? [])];
    const reply = options.issue?.(seen, scopes);
    if (reply !== undefined) return reply;
    if (!isAccount(seen)) return errorReply(401, "UNAUTHORIZED", "who are you?");
    const token = randomUUID();
    granted.set(token, scopes);
    return { status: 200, body: JSON.stringify({ token, expires_in: 300 }) };
  };

  const before = (seen: Seen, { url }: Inside): Reply | undefined => {
    if (seen.path === "/token") return issue(seen);
    const token = /^Bearer (.+)$/.exec(seen.headers.authorization ?? "")?.[1] ?? "";
    const scopes = granted.get(token);
    const needs = needsOf(seen);
    const enough = scopes !== undefined && needs.every(([name, action]) => allows(scopes, name, action));
    const refusal = enough ? options.refuse?.(seen, scopes) : "expired";
    if (refusal !== "expired") return refusal;
    granted.delete(token);
    const [[name, action] = ["", ""]] = needs;
    const scope = `repository:${name}:${action === "push" ? "pull,push" : action}`;
    return errorReply(401, "UNAUTHORIZED", "authentication required", {
      "www-authenticate": challenge(`${url}/token`, scope),
    });
  };
  return { before };
}

export const standardChallenge = (realm: string, scope: string): readonly string[] => [
  `Bearer realm="${realm}",service="registry",scope="${scope}"`,
];

/** Whether a request carries the account's name and password. */
export function isAccount({ headers }: Seen): boolean {
  const encoded = Buffer.from(`${account.username}:${account.password}`).toString("base64");
  return headers.authorization === `Basic ${encoded}`;
}

function needsOf(seen: Seen): [repository: string, action: string][] {
  const name = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(seen.path)?.[1] ?? "";
  const reads = seen.method === "GET" || seen.method === "HEAD";
  const own: [string, string] = [name, reads ? "pull" : "push"];
  return isMount(seen) ? [own, [seen.query.get("from") ?? "", "pull"]] : [own];
}

const allows = (scopes: readonly string[], name: string, action: string): boolean =>
  scopes.some((scope) => {
    const colon = scope.lastIndexOf(":");
    return (
      scope.slice(0, colon) === `repository:${name}` &&
      scope
        .slice(colon + 1)
        .split(",")
        .includes(action)
    );
  });
