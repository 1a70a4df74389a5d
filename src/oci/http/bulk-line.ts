import { isIP, type LookupFunction, connect as netConnect, type Socket } from "node:net";
import { type SecureContext, connect as tlsConnect } from "node:tls";
import { BUFFER_BYTES, handOut, retire, takeBuffer } from "./buffers.ts";

/** What a TLS record holds at most: room for less is not worth a read. */
const LEAST_ROOM = 16 * 1024;

export interface LineOptions {
  readonly url: URL;
  readonly secureContext: SecureContext | undefined;
  readonly lookup: LookupFunction | undefined;
}

/** A connection that is read into large buffers. Reads that come in one turn of the event loop are handed on as one. */
export interface Line {
  readonly socket: Socket;
  /** Whether an answer has come over it before. */
  used: "new" | "again";
  /** Who is given the bytes; undefined while nobody waits for any. */
  reader: ((chunk: Buffer) => void) | undefined;
  /** Hands on what has been read so far. */
  readonly flush: () => void;
}

export function openLine({ url, secureContext, lookup }: LineOptions): Line {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  let buffer = takeBuffer();
  let filled = 0;
  let handedOn = 0;
  let due: NodeJS.Immediate | undefined;
  const flush = (): void => {
    if (due !== undefined) clearImmediate(due);
    due = undefined;
    if (filled === handedOn) return;
    const chunk = handOut(buffer, handedOn, filled);
    handedOn = filled;
    if (line.reader === undefined) socket.destroy(new Error("The server sent what nobody asked for"));
    else line.reader(chunk);
  };
  const onread = {
    // Asked for after each read: only then may what is read into be another one.
    buffer: () => buffer.subarray(filled),
    callback: (bytes: number): boolean => {
      filled += bytes;
      if (BUFFER_BYTES - filled >= LEAST_ROOM) {
        due ??= setImmediate(flush);
        return true;
      }
      flush();
      retire(buffer);
      buffer = takeBuffer();
      filled = 0;
      handedOn = 0;
      return true;
    },
  };
  const options = { host, onread, noDelay: true, ...(lookup === undefined ? {} : { lookup }) };
  const socket =
    url.protocol === "https:"
      ? tlsConnect({
          ...options,
          port: Number(url.port || 443),
          ALPNProtocols: ["http/1.1"],
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(secureContext === undefined ? {} : { secureContext }),
        })
      : netConnect({ ...options, port: Number(url.port || 80) });
  const line: Line = { socket, used: "new", reader: undefined, flush };
  return line;
}
