import type { Image } from "../config/index.ts";
import { Failed } from "../failure/index.ts";

/**
 * The newest tag in a semver range. A leading `v` is no part of the version; tags that are no versions are passed
 * over. Throws `Failed` (`release/no-version`) with the nearest candidates where none is in the range.
 */
export async function chooseTag(
  tags: readonly string[],
  rule: { readonly range: string; readonly prereleases: "include" | "exclude" },
  image: Image,
): Promise<string> {
  const { default: semver } = await import("semver");
  const options = { includePrerelease: rule.prereleases === "include" };
  const versions = new Map<string, string>();
  for (const tag of tags) {
    const version = semver.valid(tag);
    if (version === null) continue;
    if (rule.prereleases === "exclude" && semver.prerelease(version) !== null) continue;
    // `1.2.0` and `v1.2.0` are one version: the tag that is written as the version itself wins.
    if (tag === version || !versions.has(version)) versions.set(version, tag);
  }
  const best = semver.maxSatisfying([...versions.keys()], rule.range, options);
  const tag = best === null ? undefined : versions.get(best);
  if (tag !== undefined) return tag;

  const newest = semver.rsort([...versions.keys()]).slice(0, 5);
  throw new Failed({
    code: "release/no-version",
    class: "permanent",
    message: `${image.name}: none of ${tags.length} tags is in the range ${rule.range}`,
    place: image.place,
    hint:
      newest.length > 0
        ? `The newest versions there are ${newest.join(", ")}`
        : "None of the tags is a semantic version: name one exactly",
  });
}
