import type { Image, NewestRule } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import type { ToldTag } from "../registries/index.ts";
import { type Candidate, type Choice, chooseVersion, nearestRejected } from "../versions/index.ts";
import { chosenFrom } from "./chosen-from.ts";
import type { ChosenFrom } from "./lock/index.ts";
import { ruleText } from "./rules/rule-text.ts";

/** Tags to choose from: their names, and what is told of them where somebody tells. */
export interface KnownTags {
  readonly names: readonly string[];
  /** By name. */
  readonly told: ReadonlyMap<string, ToldTag>;
  /** Whose tags they are, for messages: a repository with its host, or a source. */
  readonly where: string;
}

/** All tags as a rule sees them: which it would choose, and why not the others. */
export function choiceOf({ names, told }: KnownTags, rule: NewestRule): Promise<Choice> {
  const { range, order, prereleases, exclude } = rule;
  return chooseVersion(names, {
    pattern: rule.tags,
    prereleases,
    exclude,
    ...(range === undefined ? {} : { range }),
    ...(order === undefined ? {} : { order }),
    ...(rule.by === "push" ? { pushed: timesOf(told) } : {}),
  });
}

function timesOf(told: ReadonlyMap<string, ToldTag>): ReadonlyMap<string, number> {
  return new Map([...told].flatMap(([name, { pushed }]) => (pushed === undefined ? [] : [[name, pushed]])));
}

/**
 * The newest of some tags by a rule, as many as it wants or as there are. Throws `Failed` (`release/no-version`) with
 * the nearest candidates where none fits.
 */
export async function chooseTags(
  tags: KnownTags,
  rule: NewestRule,
  image: Image,
): Promise<{ readonly chosen: readonly Candidate[]; readonly from: ChosenFrom }> {
  const choice = await choiceOf(tags, rule);
  const chosen = choice.considered.slice(0, rule.count);
  if (chosen.length > 0) return { chosen, from: chosenFrom(choice, rule.count) };
  const { where, names } = tags;
  const fits = names.length === 1 ? "it does not fit" : "none of them fits";
  const there = `${names.length} ${names.length === 1 ? "tag" : "tags"}`;
  throw new Failed({
    code: "release/no-version",
    class: "permanent",
    message:
      names.length === 0
        ? `${image.name}: ${where} has no tags at all, and the rule wants the ${ruleText(rule)}`
        : `${image.name}: ${where} has ${there}, and ${fits} the rule "${ruleText(rule)}"`,
    place: image.place,
    hint: names.length === 0 ? "Check the repository's name" : "Widen the rule, or choose one of the nearest",
    detail: nearestRejected(choice).map((line, at) => `${line}${pushedText(tags, choice.rejected[at]?.name)}`),
  });
}

function pushedText({ told }: KnownTags, name = ""): string {
  const pushed = told.get(name)?.pushed;
  return pushed === undefined ? "" : ` (pushed ${new Date(pushed).toISOString().slice(0, 10)})`;
}
