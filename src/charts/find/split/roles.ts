import type { TextAt } from "../at.ts";
import { wordsOf } from "../words.ts";

/** A part of a reference that is split over several values. */
export type Role = "registry" | "repository" | "name" | "tag" | "version" | "digest" | "image";

const ROLES: ReadonlyMap<string, Role> = new Map([
  ["registry", "registry"],
  ["repository", "repository"],
  ["repo", "repository"],
  ["name", "name"],
  ["tag", "tag"],
  ["version", "version"],
  ["digest", "digest"],
  ["sha", "digest"],
  ["sha256", "digest"],
  ["image", "image"],
]);

/** Values that belong together by their names: `imageRepository` and `imageTag`, `X_IMAGE` and `X_IMAGE_TAG`. */
export type Family = ReadonlyMap<Role, TextAt>;

/**
 * Groups named values by what stands before the part's own word, in lower case: "" for a plain `repository`, `image`
 * for `imageTag`, `spark image` for `SPARK_IMAGE_TAG`. An image itself is in the family of its whole name.
 */
export function familiesOf(
  values: Iterable<{ readonly name: string; readonly at: TextAt }>,
): ReadonlyMap<string, Family> {
  const families = new Map<string, Map<Role, TextAt>>();
  for (const { name, at } of values) {
    if (at.node.value === "") continue;
    const { stem, role } = partsOf(name);
    if (role === undefined) continue;
    const family = families.get(stem) ?? new Map<Role, TextAt>();
    families.set(stem, family.set(role, at));
  }
  return families;
}

function partsOf(name: string): { readonly stem: string; readonly role: Role | undefined } {
  const all = wordsOf(name);
  // `defaultImageVersion` beside `image` is its tag.
  const words = all[0] === "default" ? all.slice(1) : all;
  const tail = words.at(-1) === "256" ? 2 : 1;
  const role = ROLES.get(words.slice(-tail).join(""));
  return { stem: (role === "image" ? words : words.slice(0, -tail)).join(" "), role };
}

/** The stem of the family that `fooImage` borrows from: `foo` has its tag where `foo image` has none. */
export const stemBelow = (stem: string): string | undefined =>
  stem === "image" || stem.endsWith(" image") ? stem.slice(0, -"image".length).trim() : undefined;
