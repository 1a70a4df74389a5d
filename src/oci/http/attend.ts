import { type Line, readyEvent } from "./line.ts";
import type { HttpRequest } from "./message.ts";
import { onAbort } from "./on-abort.ts";
import { timedOut } from "./timeout.ts";

export interface Patience {
  /** For name look-up, TCP and TLS together. */
  readonly connectMs: number;
  /** For a server that neither takes bytes nor sends any. */
  readonly idleMs: number;
}

export interface Attendant {
  /** How long the server may neither take bytes nor send any, as things stand; in milliseconds. */
  readonly idleMs: () => number;
  /** Whether it is we who keep the server waiting. */
  readonly pauses: () => boolean;
  /** The connection is lost, or the request was given up. */
  readonly lost: (error: Error) => void;
}

/** Watches over the connection of a request. What is given back ends that, and leaves the connection as it was. */
export function attend(
  { socket, ready, flush }: Line,
  { url, signal }: HttpRequest,
  { connectMs }: Pick<Patience, "connectMs">,
  { idleMs, pauses, lost }: Attendant,
): () => void {
  let connecting: NodeJS.Timeout | undefined;
  const connected = (): void => {
    clearTimeout(connecting);
    socket.setTimeout(idleMs());
  };
  const idle = (): void => {
    // Told once: who is let off has to be waited for anew.
    if (pauses()) socket.setTimeout(idleMs());
    else socket.destroy(timedOut("answer"));
  };
  const ended = (): void => {
    flush();
    socket.destroy();
  };
  const closed = (): void => {
    leave();
    lost(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
  };
  const whenReady = readyEvent(url);
  const leave = (): void => {
    clearTimeout(connecting);
    socket.setTimeout(0);
    heedless();
    socket.off(whenReady, connected).off("timeout", idle).off("error", lost).off("close", closed).off("end", ended);
  };
  const heedless = onAbort(signal, () => socket.destroy(new Error("aborted")));
  socket.on("timeout", idle).on("error", lost).on("close", closed).on("end", ended);
  if (ready) connected();
  else {
    connecting = setTimeout(() => socket.destroy(timedOut("connect")), connectMs);
    socket.once(whenReady, connected);
  }
  return leave;
}
