import type { Image, NewestRule } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { type Candidate, chooseVersion, nearestRejected } from "../versions/index.ts";
import { chosenFrom } from "./chosen-from.ts";
import type { ChosenFrom } from "./lock/index.ts";
import { ruleText } from "./rules/rule-text.ts";

/**
 * The newest of some tags by a rule, as many as it wants or as there are. Throws `Failed` (`release/no-version`) with
 * the nearest candidates where none fits. `where` says whose tags they are.
 */
export async function chooseTags(
  tags: readonly string[],
  rule: NewestRule,
  image: Image,
  where: string,
): Promise<{ readonly chosen: readonly Candidate[]; readonly from: ChosenFrom }> {
  const { range, order, prereleases, exclude } = rule;
  const choice = await chooseVersion(tags, {
    pattern: rule.tags,
    prereleases,
    exclude,
    ...(range === undefined ? {} : { range }),
    ...(order === undefined ? {} : { order }),
  });
  const chosen = choice.considered.slice(0, rule.count);
  if (chosen.length > 0) return { chosen, from: chosenFrom(choice, rule.count) };
  throw new Failed({
    code: "release/no-version",
    class: "permanent",
    message: `${image.name}: none of the ${tags.length} tags of ${where} is the ${ruleText(rule)}`,
    place: image.place,
    hint:
      tags.length === 0
        ? "Check the repository's name"
        : "Widen the rule, or choose one of the versions that are there",
    detail: nearestRejected(choice),
  });
}
