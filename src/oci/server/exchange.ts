import type { IncomingMessage, ServerResponse } from "node:http";
import type { Layout } from "../layout/index.ts";
import type { Uploads } from "./uploads.ts";

/** One request and what is needed to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly layout: Layout;
  readonly uploads: Uploads;
}

/** The bytes of a request. Reading may stop half-way and an answer still be sent. */
export function bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}
