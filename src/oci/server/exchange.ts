import type { IncomingMessage, ServerResponse } from "node:http";
import type { Layout, ReadableLayout } from "../layout/index.ts";
import type { Uploads } from "./uploads.ts";

/** What is served: what may be written to, or what is only read. */
export type Content =
  | { readonly access: "read-only"; readonly layout: ReadableLayout }
  | { readonly access: "writable"; readonly layout: Layout };

/** One request and what is needed to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly content: Content;
  readonly layout: ReadableLayout;
}

/** A request that writes, where that is possible. */
export interface WritingExchange extends Exchange {
  readonly layout: Layout;
  readonly uploads: Uploads;
}

/** The bytes of a request. Reading may stop half-way and an answer still be sent. */
export function bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}
