import type { Failure } from "../failure/index.ts";
import { parseReference, type Reference } from "../oci/index.ts";
import type { FoundReference, Replace } from "./references.ts";

/** An image that manifests may name in several ways, and what they are to say instead. */
export interface Replacement {
  /** References by which it is known: upstream, or as another target publishes it. */
  readonly references: readonly string[];
  /** `host/repository@digest`. */
  readonly by: string;
}

export interface Replacements {
  readonly replace: Replace;
  /**
   * What to say of a reference that none of the images stands for: `bundle/version-differs` where one has its name,
   * else `bundle/unmapped-reference`.
   */
  readonly unmapped: (found: FoundReference, target: string) => Failure;
}

/**
 * Looks references up by what they mean and not by how they are written: `mysql:8.0` is
 * `docker.io/library/mysql:8.0`. A reference that is already what it would be replaced by counts as known.
 */
export function replacementsOf(images: Iterable<Replacement>): Replacements {
  const byMeaning = new Map<string, string>();
  const tags = new Map<string, Set<string>>();
  for (const { references, by } of images) {
    byMeaning.set(meaningOf(by), by);
    for (const text of references) {
      byMeaning.set(meaningOf(text), by);
      const reference = parseReference(text);
      const known = tags.get(repositoryOf(reference)) ?? new Set();
      tags.set(repositoryOf(reference), known.add(reference.tag ?? reference.digest ?? "latest"));
    }
  }
  return {
    replace: (text) => (isReadable(text) ? byMeaning.get(meaningOf(text)) : undefined),
    unmapped: (found, target) => failureFor(found, target, tags),
  };
}

const repositoryOf = ({ host, repository }: Reference): string => `${host}/${repository}`;

/** A digest says all; without one the tag counts, and none means `latest`. */
function meaningOf(text: string): string {
  const reference = parseReference(text);
  const which = reference.digest ?? reference.tag ?? "latest";
  return `${repositoryOf(reference)} ${which}`;
}

function isReadable(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

function failureFor(found: FoundReference, target: string, tags: ReadonlyMap<string, ReadonlySet<string>>): Failure {
  const known = isReadable(found.reference) ? tags.get(repositoryOf(parseReference(found.reference))) : undefined;
  if (known === undefined) {
    return {
      code: "bundle/unmapped-reference",
      class: "usage",
      message: `${found.reference} at ${found.path} is no image of target "${target}"`,
      hint: `Add the image to target "${target}", or take the reference out of the manifest`,
      place: found.place,
    };
  }
  return {
    code: "bundle/version-differs",
    class: "usage",
    message: `${found.reference} at ${found.path} is not the version that target "${target}" has`,
    hint: `Make the versions agree: the target has this image at ${[...known].join(", ")}`,
    place: found.place,
  };
}
