import type { TextAt } from "../at.ts";
import type { Sight } from "../rules/rule.ts";
import { compose, isWhole, partOf } from "./compose.ts";
import { type Family, familiesOf, stemBelow } from "./roles.ts";

/**
 * Images that are split over several named values. `context` says whether the values stand under a name that says
 * that they are one image: there a plain `name` is its name, and `version` its tag.
 */
export function splitImages(
  values: Iterable<{ readonly name: string; readonly at: TextAt }>,
  context: "image" | "other",
): readonly Sight[] {
  const families = familiesOf(values);
  if (families.size === 0) return [];
  const found = [...families].map(([stem, family]) => {
    const below = stemBelow(stem);
    if (below !== undefined) return imageOf(family, families.get(below));
    if (stem === "new" && context === "image") return renamed(family, families.get(""));
    return context === "image" && stem === "" && !families.has("new") ? itselfOf(family) : loose(family);
  });
  return found.filter((sight) => sight !== undefined);
}

/** `image: { registry, repository, tag }`. */
function itselfOf(family: Family): Sight | undefined {
  const repository = partOf(family, "repository", "name");
  if (repository === undefined) return undefined;
  const name = family.has("repository") ? partOf(family, "image") : undefined;
  const [tag, digest] = [partOf(family, "tag", "version"), partOf(family, "digest")];
  const isSure = tag !== undefined || digest !== undefined || isWhole(repository);
  return compose(
    { registry: partOf(family, "registry"), repository, name, ...(isWhole(repository) ? NO_TAG : { tag, digest }) },
    isSure ? "sure" : "candidate",
  );
}

/** `fooImage` with `fooImageTag` or `fooTag`; `image` with `repository` and `version`; `imageRepository`, `imageTag`. */
function imageOf(family: Family, below: Family | undefined): Sight | undefined {
  const image = partOf(family, "image");
  if (image !== undefined && isWhole(image)) return undefined;
  const repository = image ?? partOf(family, "repository", "name");
  if (repository === undefined || isWhole(repository)) return undefined;
  const digest = partOf(family, "digest") ?? partOf(below, "digest");
  const tag = partOf(family, "tag", "version") ?? partOf(below, "tag");
  const path = image?.node.value.includes("/") === false ? partOf(below, "repository") : undefined;
  const registry = partOf(family, "registry") ?? (path === undefined ? partOf(below, "registry") : undefined);
  const version = path === undefined ? undefined : partOf(below, "version");
  if (tag === undefined && digest === undefined && version === undefined) return undefined;
  const parts = { registry, tag: tag ?? version, digest };
  return path === undefined
    ? compose({ ...parts, repository, name: undefined }, "sure")
    : compose({ ...parts, repository: path, name: repository }, "sure");
}

/** Kustomize's `images: [{ name, newName, newTag, digest }]`. */
function renamed(family: Family, below: Family | undefined): Sight | undefined {
  const repository = partOf(family, "name") ?? partOf(below, "name");
  if (repository === undefined) return undefined;
  const [tag, digest] = [partOf(family, "tag"), partOf(below, "digest")];
  return compose({ registry: undefined, repository, name: undefined, tag, digest }, "sure");
}

/** `repository` and `tag` under a name that says nothing: sure with a registry, else it may be a git repository. */
function loose(family: Family): Sight | undefined {
  const [registry, repository] = [partOf(family, "registry"), partOf(family, "repository")];
  const [tag, digest] = [partOf(family, "tag"), partOf(family, "digest")];
  if (repository === undefined || isWhole(repository) || (tag === undefined && digest === undefined)) return undefined;
  return compose({ registry, repository, name: undefined, tag, digest }, registry === undefined ? "candidate" : "sure");
}

const NO_TAG = { tag: undefined, digest: undefined };
