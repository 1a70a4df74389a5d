import type { Readable } from "node:stream";
import { type Digest, shortDigest } from "../digest.ts";
import { discard, type HttpAnswer, type StreamBody } from "../http/index.ts";
import type { BlobToPut, UploadSession } from "../registry-client.ts";
import { answerFailure, deedOf } from "./answer-failure.ts";
import { call, type Wire } from "./call.ts";
import { cutter } from "./cutter.ts";
import { sessionFrom } from "./upload-session.ts";

/** How far an upload is; changed as it goes on. */
export interface Position {
  session: UploadSession;
  /** Bytes that the registry has confirmed. */
  confirmed: number;
  /** Bytes that went out, confirmed or not. */
  sent: number;
  /** In how many requests they did. */
  bodies: number;
}

/** All that is left in one PUT, which also ends the upload. */
export async function putRest(
  wire: Wire,
  blob: BlobToPut,
  at: Position,
  stream: Readable | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { digest, size } = blob;
  const range = at.confirmed === 0 || at.confirmed === size ? {} : { "content-range": `${at.confirmed}-${size - 1}` };
  const body = stream === undefined ? {} : { body: counted(stream, size - at.confirmed, blob, at) };
  await send(wire, blob, at.session, signal, {
    method: "PUT",
    url: withDigest(at.session.url, digest),
    headers: { "content-type": "application/octet-stream", ...range },
    ...body,
  });
}

/** What is left in chunks, and a PUT that ends the upload (distribution-spec, "pushing a blob in chunks"). */
export async function sendChunks(
  wire: Wire,
  blob: BlobToPut,
  at: Position,
  stream: Readable | undefined,
  chunk: number,
  signal: AbortSignal,
): Promise<void> {
  const { size } = blob;
  const length = Math.max(chunk, at.session.shortestChunk ?? 0);
  const pieces = stream === undefined ? undefined : cutter(stream);
  while (pieces !== undefined && at.confirmed < size) {
    const start = at.confirmed;
    const bytes = Math.min(length, size - start);
    const answer = await send(wire, blob, at.session, signal, {
      method: "PATCH",
      url: at.session.url,
      headers: { "content-type": "application/octet-stream", "content-range": `${start}-${start + bytes - 1}` },
      body: counted(pieces.take(bytes), bytes, blob, at),
    });
    // What the answer's Range says is of no interest: some registries always say the same.
    at.confirmed = start + bytes;
    at.session = { ...at.session, ...sessionFrom(answer, wire, at.session.repository) };
  }
  await putRest(wire, blob, at, undefined, signal);
}

interface Bytes {
  readonly method: "PUT" | "PATCH";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: StreamBody;
}

async function send(
  wire: Wire,
  { digest }: BlobToPut,
  { repository, addresses }: UploadSession,
  signal: AbortSignal,
  bytes: Bytes,
): Promise<HttpAnswer> {
  const answer = await call(wire, { repository, actions: "pull,push" }, { ...bytes, addresses, signal });
  if (answer.status < 200 || answer.status > 299) {
    throw await answerFailure(answer, deedOf(wire, repository, `${repository}@${shortDigest(digest)}`, "push"));
  }
  discard(answer);
  return answer;
}

function counted(stream: Readable, size: number, { onBytes }: BlobToPut, at: Position): StreamBody {
  at.bodies += 1;
  const count = (bytes: number): void => {
    at.sent += bytes;
    onBytes?.(bytes);
  };
  return { size, stream, onBytes: count };
}

/** The query that the registry gave stays as it is: it often is the state of the upload, signed. */
function withDigest(url: URL, digest: Digest): URL {
  const complete = new URL(url);
  const digestQuery = `digest=${encodeURIComponent(digest)}`;
  complete.search = url.search === "" ? `?${digestQuery}` : `${url.search}&${digestQuery}`;
  return complete;
}
