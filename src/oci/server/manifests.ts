import type { IncomingMessage } from "node:http";
import { digestOf as digestOfBytes, isDigest } from "../digest.ts";
import { Refusal, sendBytes, sendEmpty } from "./answer.ts";
import { bodyOf, type Exchange, type WritingExchange } from "./exchange.ts";
import { heldAs } from "./names.ts";
import { tagOf } from "./route.ts";

/** Larger ones are refused: distribution-spec asks for 4 MiB at least. */
const LARGEST_MANIFEST = 16 * 1024 * 1024;

/** GET and HEAD of a manifest by tag or digest. */
export async function sendManifest(exchange: Exchange, repository: string, reference: string): Promise<void> {
  const { layout, response } = exchange;
  const found = await layout.resolve(heldAs(exchange, repository), reference);
  if (found === undefined) throw manifestUnknown(repository, reference);
  sendBytes(response, 200, await layout.readManifest(found), {
    "Content-Type": found.mediaType,
    "Docker-Content-Digest": found.digest,
    ETag: `"${found.digest}"`,
  });
}

/** PUT of a manifest under a tag, or under its digest with any number of tags in the query. */
export async function putManifest(exchange: WritingExchange, repository: string, reference: string): Promise<void> {
  const { request, response, layout, query } = exchange;
  const tags = isDigest(reference) ? query.getAll("tag").map(tagOf) : [tagOf(reference)];
  const bytes = await readBody(request);
  const mediaType = mediaTypeOf(request, bytes);
  const digest = isDigest(reference) ? reference : digestOfBytes(bytes);
  const { subject } = await layout.putManifest(repository, { bytes, mediaType, digest }, tags);
  sendEmpty(response, 201, {
    Location: `/v2/${repository}/manifests/${digest}`,
    "Docker-Content-Digest": digest,
    ...(subject && { "OCI-Subject": subject }),
    ...(isDigest(reference) && tags.length > 0 && { "OCI-Tag": tags }),
  });
}

/** DELETE: of a tag, the tag alone; of a digest, the manifest and its tags. */
export async function deleteManifest(exchange: WritingExchange, repository: string, reference: string): Promise<void> {
  const { layout, response } = exchange;
  const done = isDigest(reference)
    ? await layout.deleteManifest(repository, reference)
    : await layout.deleteTag(repository, reference);
  if (!done) throw manifestUnknown(repository, reference);
  sendEmpty(response, 202);
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const tooLarge = new Refusal(413, "SIZE_INVALID", `A manifest has at most ${LARGEST_MANIFEST} bytes here`);
  if (Number(request.headers["content-length"] ?? 0) > LARGEST_MANIFEST) throw tooLarge;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    size += chunk.length;
    if (size > LARGEST_MANIFEST) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The Content-Type without parameters; where there is none, what the manifest says of itself. */
function mediaTypeOf(request: IncomingMessage, bytes: Uint8Array): string {
  const declared = request.headers["content-type"]?.split(";")[0]?.trim();
  if (declared) return declared;
  try {
    const body = JSON.parse(new TextDecoder().decode(bytes)) as { mediaType?: unknown } | null;
    if (typeof body?.mediaType === "string") return body.mediaType;
  } catch {
    throw new Refusal(400, "MANIFEST_INVALID", "The manifest is not JSON");
  }
  throw new Refusal(400, "MANIFEST_INVALID", "Neither Content-Type nor the manifest says what it is");
}

function manifestUnknown(repository: string, reference: string): Refusal {
  return new Refusal(404, "MANIFEST_UNKNOWN", `There is no manifest ${reference} in ${repository}`);
}
