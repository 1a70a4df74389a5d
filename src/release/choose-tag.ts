import type { Image, VersionRule } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { chooseVersion, nearestRejected } from "../versions/index.ts";

/**
 * The newest tag in a range. Tags that are no versions are passed over, and a leading `v` is no part of one.
 * Throws `Failed` (`release/no-version`) with the nearest candidates where none is in the range.
 */
export async function chooseTag(
  tags: readonly string[],
  rule: Extract<VersionRule, { readonly kind: "range" }>,
  image: Image,
): Promise<string> {
  const choice = await chooseVersion(tags, { range: rule.range, prereleases: rule.prereleases });
  if (choice.chosen !== undefined) return choice.chosen.name;
  throw new Failed({
    code: "release/no-version",
    class: "permanent",
    message: `${image.name}: none of ${tags.length} tags is in the range ${rule.range}`,
    place: image.place,
    hint: "Widen the range, or choose one of the versions that are there",
    detail: nearestRejected(choice),
  });
}
