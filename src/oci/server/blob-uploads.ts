import type { IncomingMessage } from "node:http";
import type { Digest } from "../digest.ts";
import { Refusal, sendEmpty } from "./answer.ts";
import { bodyOf, type WritingExchange } from "./exchange.ts";
import { digestOf } from "./route.ts";
import type { Upload } from "./uploads.ts";

/** POST: opens an upload, takes a whole blob (`digest`), or finds one that is there (`mount`). */
export async function openUpload(exchange: WritingExchange, repository: string): Promise<void> {
  const { query, layout, uploads, request, response } = exchange;
  const mount = query.get("mount");
  if (mount !== null && (await layout.keepBlob(digestOf(mount))) === "there") {
    sendDone(exchange, repository, digestOf(mount));
    return;
  }
  const whole = query.get("digest");
  const digest = whole === null ? undefined : digestOf(whole);
  const upload = await uploads.open(repository, algorithmOf(query.get("digest-algorithm"), digest));
  if (digest === undefined) {
    sendEmpty(response, 202, { ...progress(upload), "OCI-Chunk-Min-Length": 1 });
    return;
  }
  uploads.close(upload.id);
  try {
    await upload.writer.append(bodyOf(request));
  } catch (error) {
    await upload.writer.discard();
    throw error;
  }
  await upload.writer.commit(digest);
  sendDone(exchange, repository, digest);
}

/** PATCH: takes the next bytes, with Content-Range as a chunk or without as a stream. */
export async function continueUpload(exchange: WritingExchange, repository: string, id: string): Promise<void> {
  const { upload, letGo } = exchange.uploads.take(repository, id);
  try {
    await appendBody(exchange, upload);
  } finally {
    letGo();
  }
  sendEmpty(exchange.response, 202, progress(upload));
}

/** PUT: takes the last bytes, where there are any, and the digest of the whole. */
export async function finishUpload(exchange: WritingExchange, repository: string, id: string): Promise<void> {
  const { query, uploads } = exchange;
  const { upload, letGo } = uploads.take(repository, id);
  try {
    const digest = digestOf(query.get("digest"));
    await appendBody(exchange, upload);
    uploads.close(id);
    await upload.writer.commit(digest);
    sendDone(exchange, repository, digest);
  } finally {
    letGo();
  }
}

/** GET: how far the upload is. */
export function showUpload({ uploads, response }: WritingExchange, repository: string, id: string): void {
  sendEmpty(response, 204, progress(uploads.peek(repository, id)));
}

/** DELETE: gives the upload up. */
export async function cancelUpload(
  { uploads, response }: WritingExchange,
  repository: string,
  id: string,
): Promise<void> {
  const { upload } = uploads.take(repository, id);
  uploads.close(id);
  await upload.writer.discard();
  sendEmpty(response, 204);
}

async function appendBody({ request, uploads }: WritingExchange, upload: Upload): Promise<void> {
  const length = chunkLength(request, upload);
  const before = upload.writer.size;
  await upload.writer.append(bodyOf(request));
  if (length === undefined || upload.writer.size - before === length) return;
  uploads.close(upload.id);
  await upload.writer.discard();
  throw new Refusal(400, "SIZE_INVALID", "The body is not as long as its Content-Range says");
}

/** The length that Content-Range announces. Throws `Refusal` with 416 unless it starts where the upload stands. */
function chunkLength(request: IncomingMessage, upload: Upload): number | undefined {
  const header = request.headers["content-range"];
  if (header === undefined) return undefined;
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/.*)?$/.exec(header.trim());
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first !== upload.writer.size || last < first) {
    throw new Refusal(416, "BLOB_UPLOAD_INVALID", `The next chunk starts at ${upload.writer.size}`, progress(upload));
  }
  const announced = request.headers["content-length"];
  if (announced !== undefined && Number(announced) !== last - first + 1) {
    throw new Refusal(400, "SIZE_INVALID", "Content-Length and Content-Range are not of one length");
  }
  return last - first + 1;
}

function progress({ repository, id, writer }: Upload): Record<string, string> {
  return {
    Location: `/v2/${repository}/blobs/uploads/${id}`,
    Range: `0-${Math.max(0, writer.size - 1)}`,
    "Docker-Upload-UUID": id,
  };
}

function sendDone({ response }: WritingExchange, repository: string, digest: Digest): void {
  sendEmpty(response, 201, { Location: `/v2/${repository}/blobs/${digest}`, "Docker-Content-Digest": digest });
}

function algorithmOf(asked: string | null, digest: Digest | undefined): "sha256" | "sha512" {
  if (asked === "sha512" || digest?.startsWith("sha512:")) return "sha512";
  if (asked === null || asked === "sha256") return "sha256";
  throw new Refusal(400, "DIGEST_INVALID", `Digests of "${asked.slice(0, 40)}" are not known here`);
}
