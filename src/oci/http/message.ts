import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A body whose bytes come from elsewhere: it goes out once, with its length declared. */
export interface StreamBody {
  readonly size: number;
  readonly stream: Readable;
  /** Told of bytes as they go out. */
  readonly onBytes?: (count: number) => void;
}

export interface HttpRequest {
  readonly method: Method;
  readonly url: URL;
  /** Where the URL's name may lead; "any" unless another server gave us the URL. */
  readonly addresses?: "any" | "public";
  /** "follow" unless the fact of a redirect is answer enough. */
  readonly redirects?: "follow" | "stay";
  /** `bulk` for a GET of something large, `any length` where it is not known; a long answer is then asked for once. */
  readonly answer?: "bulk" | "any length";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | StreamBody;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Each `WWW-Authenticate` header as it came. */
  readonly challenges: readonly string[];
  /** What was asked in the end, redirects followed. */
  readonly url: URL;
  /** Has to be read or given to `discard`: the connection is not free before. */
  readonly body: Readable;
  /** All of the body, where it has been gathered: then `body` need not be read. */
  readonly whole?: Buffer;
  /** The address at the other end of the connection. */
  readonly address: string | undefined;
}

export const isStreamBody = (body: HttpRequest["body"]): body is StreamBody =>
  body !== undefined && !(body instanceof Uint8Array);
