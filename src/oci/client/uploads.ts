import { Failed } from "../../failure/index.ts";
import { type Digest, shortDigest } from "../digest.ts";
import { addressesFrom, discard, type HttpAnswer, resolveUrl } from "../http/index.ts";
import type { BlobToPut, MountResult, UploadSession } from "../registry-client.ts";
import { answerFailure, type Deed } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";

const CANCEL_MS = 5000;

/** Pushes a blob: a POST unless there is a session, and one PUT with all bytes (distribution-spec, "POST then PUT"). */
export async function uploadBlob(
  wire: Wire,
  repository: string,
  blob: BlobToPut,
  signal: AbortSignal,
  given: UploadSession | undefined,
): Promise<void> {
  let session: UploadSession | undefined = given;
  try {
    // The source first: an upload that is open and waits for bytes is closed by many registries.
    const stream = await blob.open(signal);
    // It may break before anybody reads it; whoever does is told then.
    stream.on("error", () => {});
    try {
      session ??= await startUpload(wire, repository, blob.digest, signal);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    await putBytes(wire, session, blob, stream, signal);
  } catch (error) {
    if (session !== undefined) await cancelUpload(wire, session);
    throw error;
  }
}

/** Asks for a blob of another repository (distribution-spec, "mounting a blob from another repository"). */
export async function mountBlob(
  wire: Wire,
  repository: string,
  digest: Digest,
  from: string,
  signal: AbortSignal,
): Promise<MountResult> {
  const url = urlOf(wire, repository, "blobs/uploads/");
  url.search = `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
  const scope = { repository, actions: "pull,push", from } as const;
  const answer = await call(wire, scope, { method: "POST", url, signal }).catch((error: unknown) => {
    // A token for both repositories may be refused where one for each would be given.
    if (error instanceof Failed && error.failure.code === "registry/unauthorized") return undefined;
    throw error;
  });
  if (answer === undefined) return { kind: "refused", session: undefined };
  if (answer.status === 201) {
    discard(answer);
    return { kind: "mounted" };
  }
  if (answer.status === 202) {
    discard(answer);
    return { kind: "refused", session: sessionFrom(answer, wire, repository) };
  }
  const deed: Deed = { name: wire.name, thing: `${repository}@${shortDigest(digest)}`, kind: "push" };
  if (answer.status === 429 || answer.status >= 500) throw await answerFailure(answer, deed);
  discard(answer);
  return { kind: "refused", session: undefined };
}

/** Gives an upload up. What goes wrong is of no interest: registries forget uploads by themselves. */
export async function cancelUpload(wire: Wire, session: UploadSession): Promise<void> {
  const scope = { repository: session.repository, actions: "pull,push" } as const;
  const request = {
    method: "DELETE",
    url: session.url,
    addresses: session.addresses,
    signal: AbortSignal.timeout(CANCEL_MS),
  } as const;
  await call(wire, scope, request).then(discard, () => {});
}

async function startUpload(
  wire: Wire,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<UploadSession> {
  const url = urlOf(wire, repository, "blobs/uploads/");
  const answer = await call(wire, { repository, actions: "pull,push" }, { method: "POST", url, signal });
  if (answer.status !== 202) {
    throw await answerFailure(answer, { name: wire.name, thing: `${repository}@${shortDigest(digest)}`, kind: "push" });
  }
  discard(answer);
  const session = sessionFrom(answer, wire, repository);
  if (session !== undefined) return session;
  throw new Failed({
    code: "registry/unexpected-answer",
    class: "permanent",
    message: `${wire.name} opened an upload to ${repository} and did not say where`,
    hint: "Check the registry, or the proxy in front of it",
  });
}

function sessionFrom(answer: HttpAnswer, wire: Wire, repository: string): UploadSession | undefined {
  const { location } = answer.headers;
  if (location === undefined) return undefined;
  const url = resolveUrl(behindTls(location, wire), answer.url);
  return { repository, url, addresses: addressesFrom(answer, url) };
}

/** A registry that does not know of the TLS in front of it names itself with `http:`; its host decides. */
function behindTls(location: string, { base }: Wire): string {
  if (base.protocol !== "https:" || !URL.canParse(location)) return location;
  const url = new URL(location);
  if (url.protocol !== "http:" || url.hostname !== base.hostname) return location;
  return `${base.origin}${url.pathname}${url.search}`;
}

async function putBytes(
  wire: Wire,
  session: UploadSession,
  blob: BlobToPut,
  stream: Awaited<ReturnType<BlobToPut["open"]>>,
  signal: AbortSignal,
): Promise<void> {
  const { repository } = session;
  const answer = await call(
    wire,
    { repository, actions: "pull,push" },
    {
      method: "PUT",
      url: withDigest(session.url, blob.digest),
      addresses: session.addresses,
      headers: { "content-type": "application/octet-stream" },
      body: { size: blob.size, stream, ...(blob.onBytes === undefined ? {} : { onBytes: blob.onBytes }) },
      signal,
    },
  ).finally(() => stream.destroy());
  const deed: Deed = { name: wire.name, thing: `${repository}@${shortDigest(blob.digest)}`, kind: "push" };
  if (answer.status < 200 || answer.status > 299) throw await answerFailure(answer, deed);
  discard(answer);
}

/** The query that the registry gave stays as it is: it often is the state of the upload, signed. */
function withDigest(url: URL, digest: Digest): URL {
  const complete = new URL(url);
  const digestQuery = `digest=${encodeURIComponent(digest)}`;
  complete.search = url.search === "" ? `?${digestQuery}` : `${url.search}&${digestQuery}`;
  return complete;
}
