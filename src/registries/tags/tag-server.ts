import type { Auth, Config, Endpoint, TagTeller } from "../../config/index.ts";

/** A server that tells more of its tags than the protocol does. */
export interface TagServer {
  readonly kind: TagTeller;
  readonly endpoint: Endpoint;
  /** Where its interface is: `https://hub.docker.com`. */
  readonly url: string;
  /** Put before every repository there. Empty or ends with `/`. */
  readonly prefix: string;
  /** What its interface takes in place of the account for pulls; undefined where it takes that. */
  readonly auth: Auth | undefined;
}

const HUB = "https://hub.docker.com";
const KNOWN: Readonly<Record<string, TagTeller>> = { "docker.io": "dockerhub", "quay.io": "quay" };

/** The server behind a host that references name, where it is of a kind that tells of its tags. */
export function tagServerOf(
  { upstreams, registries }: Pick<Config, "upstreams" | "registries">,
  host: string,
): TagServer | undefined {
  const upstream = upstreams.get(host);
  if (upstream !== undefined) {
    const { endpoint, prefix, type } = upstream;
    // An interface elsewhere is that of the host itself, whatever stands between here and its images.
    const kind = type ?? KNOWN[endpoint.api === undefined ? endpoint.host : host];
    return kind === undefined ? undefined : serverAt(host, kind, { endpoint, prefix, auth: undefined });
  }
  for (const registry of registries.values()) {
    if (!("endpoint" in registry) || registry.endpoint.host !== host) continue;
    const { endpoint, type } = registry;
    const kind = type === "dockerhub" || type === "quay" || type === "harbor" ? type : KNOWN[host];
    const token = type === "quay" ? registry.token : undefined;
    const auth: Auth | undefined = token === undefined ? undefined : { kind: "token", token };
    return kind === undefined ? undefined : serverAt(host, kind, { endpoint, prefix: "", auth });
  }
  const kind = KNOWN[host];
  return kind === undefined
    ? undefined
    : serverAt(host, kind, { endpoint: nobodyAt(host), prefix: "", auth: undefined });
}

function serverAt(
  host: string,
  kind: TagTeller,
  { endpoint, prefix, auth }: Pick<TagServer, "endpoint" | "prefix" | "auth">,
): TagServer {
  const { api, scheme } = endpoint;
  const elsewhere = api ?? (kind === "dockerhub" ? HUB : undefined);
  if (elsewhere === undefined) return { kind, endpoint, url: `${scheme}://${endpoint.host}`, prefix, auth };
  // The account of a cache is for the cache, and its prefix too: neither goes on to what stands behind it.
  const isOwn = endpoint.host === host && (api !== undefined || host === "docker.io");
  const known = isOwn ? endpoint : { ...nobodyAt(kind === "dockerhub" ? "docker.io" : host), ca: endpoint.ca };
  return { kind, endpoint: known, url: elsewhere, prefix: isOwn ? prefix : "", auth };
}

const nobodyAt = (host: string): Endpoint => ({
  host,
  scheme: "https",
  ca: undefined,
  auth: undefined,
  accounts: new Map(),
  api: undefined,
});
