import { Failed } from "../../failure/index.ts";
import { type Digest, shortDigest } from "../digest.ts";
import { discard } from "../http/index.ts";
import type { MountResult } from "../registry-client.ts";
import { answerFailure, deedOf } from "./answer-failure.ts";
import { call, urlOf, type Wire } from "./call.ts";
import { sessionFrom } from "./upload-session.ts";

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
  const deed = deedOf(wire, repository, `${repository}@${shortDigest(digest)}`, "push");
  if (answer.status === 429 || answer.status >= 500) throw await answerFailure(answer, deed);
  discard(answer);
  return { kind: "refused", session: undefined };
}
