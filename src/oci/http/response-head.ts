import type { IncomingHttpHeaders } from "node:http";
import { FIELD_VALUE } from "./field-value.ts";

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

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/**
 * Reads the lines before a body (RFC 9112, 4 to 6). Undefined for whatever is out of the ordinary: other versions,
 * folded or malformed lines, lengths that contradict each other, codings other than chunks.
 */
export function parseResponseHead(text: string): ResponseHead | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const [, minor, code] = STATUS_LINE.exec(first) ?? [];
  if (code === undefined) return undefined;
  const status = Number(code);
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    const value = withoutSpaces(line, colon + 1);
    if (!NAME.test(name) || !FIELD_VALUE.test(value)) return undefined;
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  const framing = framingOf(status, fields);
  if (framing === undefined) return undefined;
  return {
    status,
    headers: Object.fromEntries([...fields].map(([name, values]) => [name, joined(name, values)])),
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

/** What follows `from`, without spaces and tabs around it; other blanks are part of a value. */
function withoutSpaces(line: string, from: number): string {
  let [start, end] = [from, line.length];
  while (start < end && isSpace(line.charCodeAt(start))) start += 1;
  while (end > start && isSpace(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

const isSpace = (code: number): boolean => code === 32 || code === 9;
