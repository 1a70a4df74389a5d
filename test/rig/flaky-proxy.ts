import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface FlakyProxy {
  /** `127.0.0.1:port`, plain HTTP. */
  readonly host: string;
  /** The requests that were dropped, as `METHOD path`. */
  readonly dropped: readonly string[];
  /** From now on every request passes. */
  heal(): void;
  stop(): Promise<void>;
}

export interface Fault {
  readonly method: string;
  readonly path: RegExp;
}

/** An HTTP proxy in front of `host` that resets the connections of chosen requests, until it is healed. */
export async function startFlakyProxy(host: string, fault: Fault): Promise<FlakyProxy> {
  const dropped: string[] = [];
  let healthy = false;
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "";
    if (!healthy && incoming.method === fault.method && fault.path.test(path)) {
      dropped.push(`${incoming.method} ${path}`);
      incoming.socket.resetAndDestroy();
      return;
    }
    const headers = { ...incoming.headers };
    const forwarded = request(`http://${host}${path}`, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once("error", () => outgoing.destroy());
    });
    forwarded.once("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    dropped,
    heal: () => {
      healthy = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
