import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import tls from "node:tls";
import { openBulkLine } from "./bulk-line.ts";
import { createLines, type Lines } from "./lines.ts";
import { direct, environmentProxies, type Proxies } from "./proxies.ts";
import { openShortLine } from "./short-line.ts";

export interface ConnectionOptions {
  /** Certificates in PEM, trusted beside those that Node trusts. */
  readonly ca: string | undefined;
  /** Connections at once to one host; further requests wait for one. */
  readonly perHost: number;
  readonly proxies: "environment" | "none";
  /** Told how long each connection that goes directly has taken in milliseconds, without TLS. */
  readonly onConnect: (url: URL, tookMs: number) => void;
}

/** Connections that are kept for the next request. */
export interface Connections {
  readonly agentFor: (url: URL) => HttpAgent;
  /** For requests that do not go directly. */
  readonly proxies: Proxies;
  /** What to trust on connections that a proxy tunnels; undefined for what Node trusts. */
  readonly secureContext: () => tls.SecureContext | undefined;
  /** For large bodies of answers. */
  readonly bulk: Lines;
  /** For all other requests that go directly. */
  readonly short: Lines;
  readonly close: () => void;
}

export function createConnections({ ca, perHost, proxies, onConnect }: ConnectionOptions): Connections {
  const options = { keepAlive: true, maxSockets: perHost, maxFreeSockets: perHost, scheduling: "lifo" } as const;
  // Both are made where they are used: most of what a run with nothing to do asks needs neither.
  let plain: HttpAgent | undefined;
  let secure: HttpsAgent | undefined;
  const secureContext = (): tls.SecureContext | undefined => (ca === undefined ? undefined : trusting(ca));
  const bulk = createLines({ open: openBulkLine, secureContext, perHost, onConnect });
  const short = createLines({ open: openShortLine, secureContext, perHost, onConnect });
  const through = proxies === "environment" ? environmentProxies(options) : direct;
  return {
    bulk,
    short,
    proxies: through,
    secureContext,
    agentFor: (url) => {
      if (url.protocol === "http:") {
        plain ??= new HttpAgent(options);
        return plain;
      }
      secure ??= new HttpsAgent({ ...options, ...(ca === undefined ? {} : { secureContext: secureContext() }) });
      return secure;
    },
    close: () => {
      plain?.destroy();
      secure?.destroy();
      bulk.close();
      short.close();
      through.close();
    },
  };
}

/** By the certificates that are trusted besides. */
const contexts = new Map<string, tls.SecureContext>();

/**
 * Setting `ca` replaces what Node trusts, so that has to be named as well: some 140 certificates, which take 30 ms to
 * read. A run often has several registries with one authority.
 */
function trusting(ca: string): tls.SecureContext {
  const made = contexts.get(ca);
  if (made !== undefined) return made;
  // Node 22.15 tells what it trusts, with NODE_EXTRA_CA_CERTS and the system's store where they are in use.
  const node = tls as { getCACertificates?: (type: "default") => string[] };
  const defaults = node.getCACertificates?.("default") ?? tls.rootCertificates;
  const context = tls.createSecureContext({ ca: [...defaults, ca] });
  contexts.set(ca, context);
  return context;
}
