import type { IncomingMessage, ServerResponse } from "node:http";

/** A request that has been answered, for logs and for counting. */
export interface ServedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** What was answered; 499 where the client went away before. */
  readonly status: number;
  readonly milliseconds: number;
  /** Address of the client. */
  readonly from: string;
}

const CLIENT_GONE = 499;

/** Tells of a request once its answer has ended. */
export function told(
  request: IncomingMessage,
  response: ServerResponse,
  tell: ((request: ServedRequest) => void) | undefined,
): void {
  if (tell === undefined) return;
  const started = performance.now();
  const from = request.socket.remoteAddress ?? "";
  response.once("close", () => {
    tell({
      method: request.method ?? "",
      url: request.url ?? "",
      status: response.writableFinished ? response.statusCode : CLIENT_GONE,
      milliseconds: performance.now() - started,
      from,
    });
  });
}
