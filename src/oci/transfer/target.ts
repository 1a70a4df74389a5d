import { Failed } from "../../failure/index.ts";
import { immutableTag } from "../client/answer-failure.ts";
import type { ManifestHead } from "../content.ts";
import type { Digest } from "../digest.ts";
import type { CopyRequest } from "./request.ts";

/** What stands where a copy is to go: at the tag, or under the digest where there is none. */
export function headOf(
  { registry, repository, tag }: CopyRequest["to"],
  digest: Digest,
  signal: AbortSignal,
): Promise<ManifestHead | undefined> {
  return registry.headManifest(repository, tag ?? digest, signal, "push");
}

/** The place of a copy in messages, without the host. */
export function thingAt({ repository, tag }: CopyRequest["to"], digest: Digest): string {
  return tag === undefined ? `${repository}@${digest}` : `${repository}:${tag}`;
}

/** A tag that stands at something else and may not be moved. */
export function tagConflict(to: CopyRequest["to"], wanted: Digest, present: Digest): Failed {
  return new Failed({
    ...immutableTag(to.registry.name, thingAt(to, wanted)),
    detail: [`there    ${present}`, `wanted   ${wanted}`],
  });
}
