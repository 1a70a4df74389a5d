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
    const part = partNamed(name);
    if (part === undefined || at.node.value === "") continue;
    const family = families.get(part.stem) ?? new Map<Role, TextAt>();
    families.set(part.stem, family.set(part.role, at));
  }
  return families;
}

interface PartName {
  readonly stem: string;
  readonly role: Role;
}

const known = new Map<string, PartName | undefined>();

/** What a name says of the part of an image that it is; undefined where it is none. */
export function partNamed(name: string): PartName | undefined {
  if (known.has(name)) return known.get(name);
  const part = readPartName(name);
  if (known.size < 10_000) known.set(name, part);
  return part;
}

function readPartName(name: string): PartName | undefined {
  const all = wordsOf(name);
  // `defaultImageVersion` beside `image` is its tag.
  const words = all[0] === "default" ? all.slice(1) : all;
  const tail = words.at(-1) === "256" ? 2 : 1;
  const role = ROLES.get(words.slice(-tail).join(""));
  return role && { stem: (role === "image" ? words : words.slice(0, -tail)).join(" "), role };
}

/** The stem of the family that `fooImage` borrows from: `foo` has its tag where `foo image` has none. */
export const stemBelow = (stem: string): string | undefined =>
  stem === "image" || stem.endsWith(" image") ? stem.slice(0, -"image".length).trim() : undefined;
