import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Failed } from "../../failure/index.ts";

/** Where a server listens. */
export interface Listen {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether other machines may reach it; by itself it is for this one alone. */
  readonly reach?: "loopback" | "network";
}

/** What HTTPS needs, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A connection on which nothing moves for so long is closed. */
export const IDLE_CONNECTION_MS = 5 * 60 * 1000;
const HEADERS_MS = 60 * 1000;
const CLOSE_AFTER_MS = 1000;

/** A server that no slow client holds up for long. Throws `Failed` (`oci/bad-certificate`). */
export function createListener(certificate: Certificate | undefined, idleMs: number): Server {
  const limits = {
    // A large layer on a slow line takes its time: what counts is that it moves.
    requestTimeout: 0,
    headersTimeout: Math.min(HEADERS_MS, idleMs),
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: Math.min(30_000, idleMs),
  };
  const server = certificate === undefined ? createServer(limits) : encrypted(certificate, limits);
  server.setTimeout(idleMs);
  return server;
}

function encrypted(certificate: Certificate, limits: object): Server {
  try {
    return createTlsServer({ ...limits, ...certificate, minVersion: "TLSv1.2", handshakeTimeout: 30_000 });
  } catch (cause) {
    throw new Failed(
      {
        code: "oci/bad-certificate",
        class: "usage",
        message: `The certificate and its key cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
        hint: "Both are PEM files, and the key is that of the certificate",
      },
      { cause },
    );
  }
}

/** Begins to listen and gives the address as references write it. Throws `oci/not-loopback`, `oci/cannot-listen`. */
export async function listening(server: Server, listen: Listen): Promise<string> {
  if (listen.reach !== "network" && !isLoopbackHost(listen.host)) throw notLoopback(listen.host);
  const { address, family, port } = await new Promise<AddressInfo>((resolve, reject) => {
    server.once("error", (cause) => reject(cannotListen(listen, cause)));
    server.listen(listen.port, listen.host, () => resolve(server.address() as AddressInfo));
  });
  return `${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

/** Stops listening, and ends what is in flight after a second. */
export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_AFTER_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** True for the names and addresses that no other machine reaches. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function notLoopback(host: string): Failed {
  return new Failed({
    code: "oci/not-loopback",
    class: "usage",
    message: `${host} can be reached from other machines, and nothing says that they may`,
    hint: "Listen on 127.0.0.1, or allow it: mirror serve --allow-remote, best with --tls-cert, --tls-key and --auth",
  });
}

function cannotListen({ host, port }: Listen, cause: Error): Failed {
  return new Failed(
    {
      code: "oci/cannot-listen",
      class: "usage",
      message: `The registry cannot listen on ${host}:${port}: ${cause.message}`,
      hint: "Choose another port, or 0 for any that is free",
    },
    { cause },
  );
}
