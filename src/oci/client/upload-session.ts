import { Failed } from "../../failure/index.ts";
import { type Digest, shortDigest } from "../digest.ts";
import { addressesFrom, discard, type HttpAnswer, resolveUrl } from "../http/index.ts";
import type { UploadSession } from "../registry-client.ts";
import { answerFailure, deedOf } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";

const CANCEL_MS = 5000;

/** Opens an upload (distribution-spec, "POST then PUT"). */
export async function openUpload(
  wire: Wire,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<UploadSession> {
  const url = urlOf(wire, repository, "blobs/uploads/");
  // Some registries hash as bytes come, and have to know by which algorithm.
  if (!digest.startsWith("sha256:")) url.search = `?digest-algorithm=${digest.slice(0, digest.indexOf(":"))}`;
  const answer = await call(wire, { repository, actions: "pull,push" }, { method: "POST", url, signal });
  if (answer.status !== 202) {
    throw await answerFailure(answer, deedOf(wire, repository, `${repository}@${shortDigest(digest)}`, "push"));
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

/** The session that an answer refers to: each answer about an upload may give it another address. */
export function sessionFrom(answer: HttpAnswer, wire: Wire, repository: string): UploadSession | undefined {
  const { location } = answer.headers;
  if (location === undefined) return undefined;
  const url = resolveUrl(behindTls(location, wire), answer.url);
  const least = Number(answer.headers["oci-chunk-min-length"]);
  const shortestChunk = Number.isSafeInteger(least) && least > 0 ? least : undefined;
  return { repository, url, addresses: addressesFrom(answer, url), shortestChunk };
}

/** How many bytes a registry says it has of an upload, and where it goes on; undefined where it does not say. */
export async function askReceived(
  wire: Wire,
  session: UploadSession,
  signal: AbortSignal,
): Promise<{ readonly session: UploadSession; readonly received: number } | undefined> {
  const { repository, url, addresses } = session;
  const scope = { repository, actions: "pull,push" } as const;
  const answer = await call(wire, scope, { method: "GET", url, addresses, signal });
  discard(answer);
  const last = /^(?:bytes=)?0-(\d+)$/.exec(String(answer.headers.range))?.[1];
  // 0-0 is what some say of no bytes and some of one: neither is worth going on with.
  if (answer.status < 200 || answer.status > 299 || last === undefined || last === "0") return undefined;
  const next = sessionFrom(answer, wire, repository);
  return { session: { ...session, ...next, received: "none" }, received: Number(last) + 1 };
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

/** A registry that does not know of the TLS in front of it names itself with `http:`; its host decides. */
function behindTls(location: string, { base }: Wire): string {
  if (base.protocol !== "https:" || !URL.canParse(location)) return location;
  const url = new URL(location);
  if (url.protocol !== "http:" || url.hostname !== base.hostname) return location;
  return `${base.origin}${url.pathname}${url.search}`;
}
