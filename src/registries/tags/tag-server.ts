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
    if (endpoint.api !== undefined) return serverAt(endpoint, type ?? KNOWN[host], { prefix: "", auth: undefined });
    return serverAt(endpoint, type, { prefix, auth: undefined });
  }
  for (const registry of registries.values()) {
    if (!("endpoint" in registry) || registry.endpoint.host !== host) continue;
    const { endpoint, type } = registry;
    const token = type === "quay" ? registry.token : undefined;
    return serverAt(endpoint, type === "dockerhub" || type === "quay" || type === "harbor" ? type : undefined, {
      prefix: "",
      auth: token === undefined ? undefined : { kind: "token", token },
    });
  }
  const endpoint = {
    host,
    scheme: "https",
    ca: undefined,
    auth: undefined,
    accounts: new Map(),
    api: undefined,
  } as const;
  return serverAt(endpoint, undefined, { prefix: "", auth: undefined });
}

function serverAt(
  endpoint: Endpoint,
  type: TagTeller | undefined,
  more: Pick<TagServer, "prefix" | "auth">,
): TagServer | undefined {
  const kind = type ?? KNOWN[endpoint.host];
  if (kind === undefined) return undefined;
  const url = endpoint.api ?? (kind === "dockerhub" ? HUB : `${endpoint.scheme}://${endpoint.host}`);
  return { kind, endpoint, url, ...more };
}
