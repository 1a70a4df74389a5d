import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Refusal } from "./answer.ts";

/** What the slowest line that anybody would pull an image over moves in a few seconds. */
const LEAST_BYTES = 16 * 1024;

/**
 * Calls `refuse` for a client that holds a request open and moves next to nothing of it in `everyMs`: a byte now and
 * then keeps a connection from being idle, and would keep it for ever.
 */
export function tooSlow(
  { socket }: IncomingMessage,
  response: ServerResponse,
  everyMs: number,
  refuse: (error: Refusal) => void,
): void {
  let before = moved(socket);
  const timer = setInterval(() => {
    const now = moved(socket);
    if (now - before < LEAST_BYTES) refuse(new Refusal(408, "UNKNOWN", "The connection moves next to nothing"));
    before = now;
  }, everyMs).unref();
  response.once("close", () => clearInterval(timer));
}

const moved = ({ bytesRead, bytesWritten }: Socket): number => bytesRead + bytesWritten;
