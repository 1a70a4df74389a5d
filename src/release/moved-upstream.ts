import type { Config } from "../config/index.ts";
import { type Failure, failureOf, type Place } from "../failure/index.ts";
import { type Digest, shortDigest } from "../oci/index.ts";
import type { Connections } from "../registries/index.ts";
import type { LockedImage } from "./lock/index.ts";
import { declaredName } from "./several.ts";

/** What the registry says of a locked image now. */
export type Standing =
  | { readonly kind: "same" }
  /** The tag stands at another digest than it did when it was locked. */
  | { readonly kind: "moved"; readonly digest: Digest }
  /** The registry has no such tag, or no such digest where the rule is one. */
  | { readonly kind: "gone" }
  | { readonly kind: "unknown"; readonly failure: Failure };

/** Asks the registry where a locked image's tag stands now, by one HEAD. Rejects only where it was interrupted. */
export async function standingOf(
  name: string,
  { tag, digest }: LockedImage,
  config: Config,
  { connections, signal }: { readonly connections: Connections; readonly signal: AbortSignal },
): Promise<Standing> {
  const image = config.images.get(declaredName(name));
  if (image === undefined || image.origin.kind === "build") throw new Error(`no image ${name}`);
  // A person who wrote a digest beside a tag wants that digest, wherever the tag goes.
  const wanted = image.version.kind === "digest" ? digest : (tag ?? digest);
  try {
    const { registry, repository } = await connections.source(image.origin.host, image.origin.repository);
    const head = await registry.headManifest(repository, wanted, signal);
    if (head === undefined) return { kind: "gone" };
    return head.digest === digest ? { kind: "same" } : { kind: "moved", digest: head.digest };
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return { kind: "unknown", failure: failureOf(thrown) };
  }
}

/** What to say of an image that no longer stands where the lock has it; undefined where it does. */
export function standingWarning(
  name: string,
  locked: LockedImage,
  standing: Standing,
  place: Place | undefined,
): Failure | undefined {
  const reference =
    locked.tag === undefined ? `${locked.repository}@${locked.digest}` : `${locked.repository}:${locked.tag}`;
  const where = place === undefined ? {} : { place };
  switch (standing.kind) {
    case "same":
      return undefined;
    case "moved":
      return {
        code: "release/tag-moved",
        class: "conflict",
        message: `${name}: ${reference} was locked at ${shortDigest(locked.digest)} and stands at ${shortDigest(standing.digest)} now; the lock keeps the first`,
        ...where,
        hint: `Find out why it moved; to take it: mirror pin --update ${declaredName(name)}`,
      };
    case "gone":
      return {
        code: "release/gone",
        class: "conflict",
        message: `${name}: ${reference} is locked, and its registry no longer has it`,
        ...where,
        hint: "Choose another version while the digest can still be pulled",
      };
    case "unknown":
      return {
        ...standing.failure,
        message: `${name} could not be compared with its registry: ${standing.failure.message}`,
      };
  }
}
