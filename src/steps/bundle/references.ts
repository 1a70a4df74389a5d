import { type FoundReference, isPinned, type Replacement } from "../../bundle/index.ts";
import { Failed, FailedTogether, type Failure, failureOf } from "../../failure/index.ts";
import { formatReference, parseReference } from "../../oci/index.ts";
import { knownAs } from "../../plan/index.ts";
import type { Scope } from "../scope.ts";
import type { PublishedImage } from "../value.ts";

/** A reference that no image of the bundle's target stands for, and what there is to say of it. */
interface Unknown {
  readonly found: FoundReference;
  readonly failure: Failure;
}

/** An image by all the names that manifests may call it. */
export function replacementOf(image: PublishedImage, pin: "digest" | "tag", { config, pins }: Scope): Replacement {
  const references = knownAs(image.name, config, pins).flatMap(({ host, repository, tag }) =>
    tag === undefined ? [] : [`${host}/${repository}:${tag}`],
  );
  return { references, by: pin === "digest" ? image.pinned : image.reference };
}

/** Throws `FailedTogether` where what is declared as an image is one of the target in another version. */
export function refuseOtherVersions(unknown: readonly Unknown[]): void {
  const wrong = unknown.filter(
    ({ found, failure }) => found.certainty === "declared" && failure.code === "bundle/version-differs",
  );
  if (wrong.length > 0) throw new FailedTogether(wrong.map(({ failure }) => failure));
}

/**
 * What stands for references that are no images of the target: the digest that their own registry has for them, so
 * that none is left by tag. Warns of each that somebody declared as an image. Throws `FailedTogether`
 * (`bundle/unpinned-reference`) where such a digest cannot be had; what only looks like a reference then stays.
 */
export async function pinElsewhere(
  unknown: readonly Unknown[],
  pin: "digest" | "tag",
  scope: Scope,
  signal: AbortSignal,
): Promise<readonly Replacement[]> {
  const open = unknown.filter(({ found }) => !isPinned(found.reference));
  const declared = unknown.filter(({ found }) => found.certainty === "declared");
  if (pin === "tag") {
    for (const { failure } of declared) scope.warn(failure);
    return [];
  }
  const asked = new Map<string, Promise<Replacement | Failure>>();
  for (const { found } of open) {
    const { reference } = found;
    asked.set(reference, asked.get(reference) ?? ask(reference, scope, signal));
  }
  const answers = new Map<string, Replacement | Failure>();
  for (const [reference, answer] of asked) answers.set(reference, await answer);

  const failures = declared.flatMap(({ found }) => {
    const answer = answers.get(found.reference);
    return answer !== undefined && "code" in answer ? [unpinned(found, answer)] : [];
  });
  if (failures.length > 0) throw new FailedTogether(failures);
  for (const { failure } of declared) scope.warn(failure);
  return [...answers.values()].filter((answer) => "by" in answer);
}

async function ask(text: string, { connections }: Scope, signal: AbortSignal): Promise<Replacement | Failure> {
  try {
    const { host, repository, tag = "latest" } = parseReference(text);
    const at = await connections.source(host, repository);
    const head = await at.registry.headManifest(at.repository, tag, signal);
    if (head === undefined)
      return { code: "registry/not-found", class: "permanent", message: `${host} has no such image` };
    return { references: [text], by: formatReference({ host, repository, tag: undefined, digest: head.digest }) };
  } catch (thrown) {
    if (thrown instanceof Failed && thrown.failure.class === "cancelled") throw thrown;
    return failureOf(thrown);
  }
}

function unpinned({ reference, path, place }: FoundReference, { message }: Failure): Failure {
  return {
    code: "bundle/unpinned-reference",
    class: "permanent",
    message: `${reference} at ${path} is no image of the bundle's target, and its digest cannot be had: ${message}`,
    hint: "Add the image to the target, correct the reference, or write references by tag with pin: tag",
    place,
  };
}
