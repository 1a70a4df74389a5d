import type { Readable } from "node:stream";
import { type Digest, shortDigest } from "../digest.ts";
import { connectionFailure, discard } from "../http/index.ts";
import type { Descriptor } from "../manifest.ts";
import { answerFailure } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";
import { mismatch, verified } from "./verified.ts";

/** Whether a repository has a blob. A redirect says that it has: there is no need to follow it. */
export async function hasBlob(wire: Wire, repository: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const url = urlOf(wire, repository, `blobs/${digest}`);
  const scope = { repository, actions: "pull,push" } as const;
  const answer = await call(wire, scope, { method: "HEAD", url, redirects: "stay", signal });
  discard(answer);
  if (answer.status >= 200 && answer.status < 400) return true;
  if (answer.status === 404 || answer.status === 405) return false;
  throw await answerFailure(answer, { name: wire.name, thing: `${repository}@${shortDigest(digest)}`, kind: "push" });
}

/** A blob's bytes, verified as they pass. */
export async function openBlob(
  wire: Wire,
  repository: string,
  blob: Descriptor,
  signal: AbortSignal,
): Promise<Readable> {
  const url = urlOf(wire, repository, `blobs/${blob.digest}`);
  const answer = await call(wire, { repository, actions: "pull" }, { method: "GET", url, signal });
  const thing = `${repository}@${shortDigest(blob.digest)}`;
  if (answer.status !== 200) throw await answerFailure(answer, { name: wire.name, thing, kind: "pull" });
  const length = answer.headers["content-length"];
  if (length !== undefined && Number(length) !== blob.size) {
    answer.body.on("error", () => {}).destroy();
    throw mismatch(`${wire.name} has ${length} bytes for ${thing}, and its manifest says ${blob.size}`);
  }
  return verified(answer.body, blob, senderOf(wire, answer.url), (error) =>
    connectionFailure(error, answer.url, signal),
  );
}

/** Whoever really sent the bytes: a registry often refers to a store elsewhere. */
function senderOf({ name, base }: Wire, url: URL): string {
  return url.origin === base.origin ? name : `${url.host} (for ${name})`;
}
