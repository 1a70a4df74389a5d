import { isIP, type LookupFunction, connect as netConnect, type OnReadOpts, type Socket } from "node:net";
import { type SecureContext, connect as tlsConnect } from "node:tls";

/** A connection on which one request follows the other. */
export interface Line {
  readonly socket: Socket;
  /** Whether it has stood unused: the server may be closing it. */
  used: "new" | "again";
  /** Whether it stands, with TLS where that is spoken. */
  ready: boolean;
  /** Who is given the bytes; undefined while nobody waits for any. */
  reader: ((chunk: Buffer) => void) | undefined;
  /** Hands on what has been read so far. */
  readonly flush: () => void;
}

export interface LineOptions {
  readonly url: URL;
  readonly secureContext: SecureContext | undefined;
  /** Of TLS, to be resumed. */
  readonly session: Buffer | undefined;
  readonly lookup: LookupFunction | undefined;
}

/** Opens a connection that is read as `onread` says ("net.connect" in Node's documentation). */
export function dial({ url, secureContext, session, lookup }: LineOptions, onread: OnReadOpts): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const options = { host, onread, noDelay: true, ...(lookup === undefined ? {} : { lookup }) };
  if (url.protocol === "http:") return netConnect({ ...options, port: Number(url.port || 80) });
  return tlsConnect({
    ...options,
    port: Number(url.port || 443),
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(secureContext === undefined ? {} : { secureContext }),
    ...(session === undefined ? {} : { session }),
  });
}

/** What a socket tells once a connection stands. */
export const readyEvent = ({ protocol }: URL): "connect" | "secureConnect" =>
  protocol === "https:" ? "secureConnect" : "connect";

/** Gives a chunk to whoever reads; what nobody asked for ends the connection. */
export function handOn(line: Line, chunk: Buffer): void {
  if (line.reader === undefined) line.socket.destroy(new Error("The server sent what nobody asked for"));
  else line.reader(chunk);
}
