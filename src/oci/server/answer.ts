import type { ServerResponse } from "node:http";
import { failureOf } from "../../failure/index.ts";

/** Error codes of distribution-spec, "Error Codes", and UNKNOWN for what has none. */
export type ErrorCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DENIED"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "TAG_INVALID"
  | "UNAUTHORIZED"
  | "UNKNOWN"
  | "UNSUPPORTED";

/** A request that cannot be done, as the client is told of it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

type Headers = Readonly<Record<string, string | number | string[]>>;

/** Answers without a body. */
export function sendEmpty(response: ServerResponse, status: number, headers: Headers = {}): void {
  response.writeHead(status, status === 204 ? headers : { "Content-Length": 0, ...headers });
  response.end();
}

/** Answers with bytes; to HEAD, with their headers alone. */
export function sendBytes(
  response: ServerResponse,
  status: number,
  bytes: Uint8Array | string,
  headers: Headers,
): void {
  response.writeHead(status, { "Content-Length": Buffer.byteLength(bytes), ...headers });
  response.end(response.req.method === "HEAD" ? undefined : bytes);
}

export function sendJson(response: ServerResponse, body: unknown, headers: Headers = {}): void {
  sendBytes(response, 200, JSON.stringify(body), { "Content-Type": "application/json", ...headers });
}

/** Answers with an error in the form of distribution-spec, "Error Codes". */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const body = JSON.stringify({ errors: [{ code: refusal.code, message: refusal.message }] });
  sendBytes(response, refusal.status, body, { "Content-Type": "application/json", ...refusal.headers });
}

/** What the client is told of any error: the layout's failures have codes of their own. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { code, message } = failureOf(error);
  if (code === "oci/disk-full") return new Refusal(507, "UNKNOWN", message);
  if (code === "oci/missing-content") return new Refusal(404, "MANIFEST_BLOB_UNKNOWN", message);
  if (code === "oci/bad-manifest" || code === "oci/schema1") return new Refusal(400, "MANIFEST_INVALID", message);
  if (code === "oci/bad-digest" || code === "oci/digest-mismatch") return new Refusal(400, "DIGEST_INVALID", message);
  return new Refusal(500, "UNKNOWN", message);
}
