import type { IncomingHttpHeaders } from "node:http";

/** The head of an HTTP/1.1 response whose body has a known length. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Each `WWW-Authenticate` header as it came. */
  readonly challenges: readonly string[];
  /** Bytes of the body. */
  readonly length: number;
  /** Whether the connection can be used again. */
  readonly connection: "kept" | "closed";
}

const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d)(?: |$)/;
const FIELD = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/;

/**
 * Reads the lines before a body (RFC 9112, 4 and 5). Undefined for whatever is out of the ordinary: other versions,
 * bodies in chunks or without a length, folded or malformed lines, lengths that contradict each other.
 */
export function parseResponseHead(text: string): ResponseHead | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const status = Number(STATUS_LINE.exec(first)?.[1]);
  if (Number.isNaN(status)) return undefined;
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined || hasControls(value)) return undefined;
    const values = fields.get(name.toLowerCase());
    if (values === undefined) fields.set(name.toLowerCase(), [value]);
    else values.push(value);
  }
  const length = lengthOf(status, fields);
  if (length === undefined || fields.has("transfer-encoding") || fields.has("upgrade")) return undefined;
  const closes = (fields.get("connection") ?? []).some((value) => !/^keep-alive$/i.test(value));
  return {
    status,
    headers: Object.fromEntries([...fields].map(([name, values]) => [name, values.join(", ")])),
    challenges: fields.get("www-authenticate") ?? [],
    length,
    connection: closes ? "closed" : "kept",
  };
}

function lengthOf(status: number, fields: ReadonlyMap<string, readonly string[]>): number | undefined {
  if (status < 200 || status === 204 || status === 304) return 0;
  const [length, ...others] = fields.get("content-length") ?? [];
  if (length === undefined || others.length > 0 || !/^\d{1,15}$/.test(length)) return undefined;
  return Number(length);
}

function hasControls(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 32 && code !== 9) || code === 127) return true;
  }
  return false;
}
