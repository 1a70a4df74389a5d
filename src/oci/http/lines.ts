import { type SecureContext, TLSSocket } from "node:tls";
import { type Line, type LineOptions, readyEvent } from "./line.ts";
import { publicLookup } from "./private-address.ts";
import { firstSizeFor } from "./windows.ts";

/** Connections that are kept for the next request. */
export interface Lines {
  /** Opens connections for the first of the requests to come. */
  readonly expect: (url: URL, requests: number) => void;
  /**
   * One that is free, or a new one; where there are as many as there may be, the next that is free. To a host that is
   * far others are opened at once for the requests `behind` this one, which wait for their turn: those of the one before,
   * where it is not told.
   */
  readonly take: (url: URL, addresses: "any" | "public", behind?: () => number) => Promise<Line>;
  readonly giveBack: (line: Line, connection: "kept" | "closed") => void;
  readonly close: () => void;
}

export interface LinesOptions {
  readonly open: (options: LineOptions) => Line;
  readonly secureContext: () => SecureContext | undefined;
  /** Connections at once to one host. */
  readonly perHost: number;
  /** Told how long each connection has taken in milliseconds, without TLS: how far the host is. */
  readonly onConnect: (url: URL, tookMs: number) => void;
}

/** The connections to one host. */
interface Host {
  /** Those last used are taken first. */
  readonly idle: Line[];
  readonly waiting: (() => void)[];
  open: number;
  /** What the next connection over TLS can resume. */
  session: Buffer | undefined;
  /** The shortest time that a connection has taken, without TLS; infinite where none has stood. */
  connectMs: number;
  /** How many requests wait for their turn. */
  behind: () => number;
  /** How many more requests are expected. */
  expected: number;
}

/** From here on it is worth having connections ready. */
const FAR_MS = 20;

/** Only once the certificate is known to be the host's: over a resumed session its name is not looked at again. */
function rememberSession(socket: TLSSocket, host: Host): void {
  socket.on("session", (session) => {
    const remember = (): void => {
      host.session = session;
    };
    if (socket.authorized) remember();
    else socket.once("secureConnect", remember);
  });
}

const LOST = ["close", "error", "end"] as const;

export function createLines({ open, secureContext, perHost, onConnect }: LinesOptions): Lines {
  const hosts = new Map<string, Host>();
  const hostOfLine = new WeakMap<Line, Host>();
  const hostOf = ({ origin }: URL): Host => {
    const host = hosts.get(origin) ?? {
      idle: [],
      waiting: [],
      open: 0,
      session: undefined,
      connectMs: Number.POSITIVE_INFINITY,
      behind: () => 0,
      expected: 0,
    };
    hosts.set(origin, host);
    return host;
  };
  const openTo = (host: Host, url: URL, addresses: "any" | "public"): Line => {
    const line = open({
      url,
      secureContext: url.protocol === "https:" ? secureContext() : undefined,
      session: host.session,
      lookup: addresses === "public" ? publicLookup : undefined,
    });
    host.open += 1;
    hostOfLine.set(line, host);
    const begun = performance.now();
    line.socket.once("connect", () => {
      const tookMs = performance.now() - begun;
      host.connectMs = Math.min(host.connectMs, tookMs);
      onConnect(url, tookMs);
    });
    line.socket.once(readyEvent(url), () => {
      line.ready = true;
      openAhead(host, url, addresses);
    });
    const lost = (): void => {
      if (host.idle.includes(line)) forget(line, host);
    };
    for (const event of LOST) line.socket.on(event, lost);
    line.socket.once("close", () => {
      host.open -= 1;
      host.waiting.shift()?.();
    });
    if (url.protocol === "https:" && line.socket instanceof TLSSocket) rememberSession(line.socket, host);
    return line;
  };
  /** As many as are at work, since so many more will be let in when those are answered. */
  const openAhead = (host: Host, url: URL, addresses: "any" | "public"): void => {
    const { connectMs } = host;
    if (addresses === "public" || connectMs === Number.POSITIVE_INFINITY || connectMs < FAR_MS) return;
    const wanted = Math.min(host.behind(), host.open - host.idle.length);
    while (host.idle.length < wanted && host.open < perHost) openIdle(host, url);
    openExpected(host, url);
  };
  /** For the first of the requests that are expected; more of them once the host has shown that it is far. */
  const openExpected = (host: Host, url: URL): void => {
    while (host.open < Math.min(host.expected, firstSizeFor(host.connectMs), perHost)) openIdle(host, url);
  };
  const openIdle = (host: Host, url: URL): void => {
    const line = openTo(host, url, "any");
    line.socket.unref();
    host.idle.unshift(line);
  };
  const forget = (line: Line, host: Host): void => {
    const at = host.idle.indexOf(line);
    if (at !== -1) host.idle.splice(at, 1);
    line.socket.on("error", () => {}).destroy();
  };
  return {
    expect: (url, requests) => {
      const host = hostOf(url);
      host.expected = requests;
      openExpected(host, url);
    },
    take: async (url, addresses, behind) => {
      const host = hostOf(url);
      host.expected -= 1;
      // One that was opened where any address would do is none for a name that another server gave us.
      if (addresses === "public") return openTo(host, url, addresses);
      while (host.idle.length === 0 && host.open >= perHost) await new Promise<void>((free) => host.waiting.push(free));
      const kept = host.idle.pop();
      kept?.socket.ref();
      if (kept?.ready) kept.used = "again";
      const line = kept ?? openTo(host, url, addresses);
      host.behind = behind ?? host.behind;
      openAhead(host, url, addresses);
      return line;
    },
    giveBack: (line, connection) => {
      const { socket } = line;
      const host = hostOfLine.get(line);
      if (host === undefined) return;
      if (connection === "closed" || socket.destroyed) return forget(line, host);
      host.idle.push(line);
      socket.unref();
      host.waiting.shift()?.();
    },
    close: () => {
      for (const { idle } of hosts.values()) for (const { socket } of idle) socket.destroy();
    },
  };
}
