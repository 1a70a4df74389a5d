import type { IncomingHttpHeaders } from "node:http";

/** Where a body ends. */
export type Framing =
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** With the connection. */
  | { readonly kind: "closed" };

/** The head of an HTTP/1.1 response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Each `WWW-Authenticate` header as it came. */
  readonly challenges: readonly string[];
  readonly framing: Framing;
  /** Whether the connection can be used again. */
  readonly connection: "kept" | "closed";
}

const STATUS_LINE = /HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?(?:\r\n|$)/y;
const FIELD = /([!#$%&'*+.^_`|~\w-]+):([\t\x20-\x7e\x80-\xff]*)(?:\r\n|$)/y;

/**
 * Reads the lines before a body (RFC 9112, 4 to 6). Undefined for whatever is out of the ordinary: other versions,
 * folded or malformed lines, lengths that contradict each other, codings other than chunks.
 */
export function parseResponseHead(text: string): ResponseHead | undefined {
  STATUS_LINE.lastIndex = 0;
  const [, minor, code] = STATUS_LINE.exec(text) ?? [];
  if (code === undefined) return undefined;
  const status = Number(code);
  const fields = new Map<string, string[]>();
  for (FIELD.lastIndex = STATUS_LINE.lastIndex; FIELD.lastIndex < text.length; ) {
    const [, anyCase = "", value = ""] = FIELD.exec(text) ?? [];
    if (anyCase === "") return undefined;
    const name = anyCase.toLowerCase();
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [trimmed(value)]);
    else values.push(trimmed(value));
  }
  const framing = framingOf(status, fields);
  if (framing === undefined) return undefined;
  const headers: IncomingHttpHeaders = Object.create(null);
  for (const [name, values] of fields) headers[name] = joined(name, values);
  return {
    status,
    headers,
    challenges: fields.get("www-authenticate") ?? [],
    framing,
    connection: minor === "1" && framing.kind !== "closed" && staysOpen(fields) ? "kept" : "closed",
  };
}

/** Fields of which the first counts, as with Node's client. */
const SINGLE = new Set([
  "age",
  "content-type",
  "etag",
  "expires",
  "last-modified",
  "location",
  "retry-after",
  "server",
]);

const joined = (name: string, values: readonly string[]): string =>
  values.length > 1 && SINGLE.has(name) ? (values[0] ?? "") : values.join(", ");

const staysOpen = (fields: Fields): boolean =>
  (fields.get("connection") ?? []).every((value) => /^keep-alive$/i.test(value));

type Fields = ReadonlyMap<string, readonly string[]>;

/** RFC 9112, 6.3. A length beside chunks is how requests are smuggled, and is refused. */
function framingOf(status: number, fields: Fields): Framing | undefined {
  if (status < 200 || status === 204 || status === 304) return { kind: "length", bytes: 0 };
  const lengths = fields.get("content-length");
  const codings = fields.get("transfer-encoding");
  if (codings !== undefined) {
    const chunked = codings.length === 1 && /^chunked$/i.test(codings[0] ?? "");
    return chunked && lengths === undefined ? { kind: "chunked" } : undefined;
  }
  if (lengths === undefined) return { kind: "closed" };
  const [length = "", ...others] = lengths;
  return others.length === 0 && /^\d{1,15}$/.test(length) ? { kind: "length", bytes: Number(length) } : undefined;
}

/** Without spaces and tabs around it; other blanks are part of a value. */
function trimmed(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isSpace(value.charCodeAt(start))) start += 1;
  while (end > start && isSpace(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

const isSpace = (code: number): boolean => code === 32 || code === 9;
