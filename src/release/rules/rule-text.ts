import type { SourcePin, VersionRule } from "../../config/index.ts";
import { unreachable } from "../../failure/index.ts";

/**
 * A rule as a sentence, in which everything stands that chooses: two rules are the same where their sentences are.
 * What a person says of it (`why`) is left out.
 */
export function ruleText(rule: VersionRule): string {
  switch (rule.kind) {
    case "tag":
      return `tag ${rule.tag}`;
    case "digest":
      return rule.tag === undefined ? `digest ${rule.digest}` : `tag ${rule.tag} at ${rule.digest}`;
    case "newest": {
      const count = rule.count === 1 ? "" : ` ${rule.count}`;
      const what = rule.by === "push" ? `last${count} pushed` : `newest${count}`;
      const where = rule.source === undefined ? "" : ` of source ${rule.source}`;
      return `${what}${choiceText(rule)}${where}${asText(rule.as)}`;
    }
    case "read": {
      const { source, file, path, match } = rule;
      const where = source === undefined ? file : `${file} of source ${source}`;
      const within = [match === undefined ? [] : `/${match}/`, path ?? []].flat().join(" in ");
      return `${within === "" ? "" : `${within} in `}${where}${asText(rule.as)}`;
    }
    case "source":
      return `tag of source ${rule.source}${asText(rule.as)}`;
    case "same":
      return `same as ${rule.image}${asText(rule.as)}`;
    default:
      return unreachable(rule);
  }
}

/** The pin of a source as a sentence. */
export function sourceRuleText(pin: SourcePin): string {
  switch (pin.kind) {
    case "ref":
      return `ref ${pin.ref}`;
    case "branch":
      return `branch ${pin.name}`;
    case "version":
      return `newest${choiceText(pin)}`;
    default:
      return unreachable(pin);
  }
}

function choiceText(rule: {
  readonly tags: string;
  readonly range: string | undefined;
  readonly prereleases: "include" | "exclude";
  readonly exclude: readonly string[];
  readonly order: string | undefined;
  readonly by?: "version" | "push";
}): string {
  return [
    rule.tags === "*" ? "" : ` ${rule.tags}`,
    rule.range === undefined ? "" : ` in ${rule.range}`,
    prereleasesText(rule),
    rule.exclude.length === 0 ? "" : ` without ${rule.exclude.join(", ")}`,
    rule.order === undefined ? "" : ` ordered by /${rule.order}/`,
  ].join("");
}

/** What counts unless it is said otherwise is not said. */
function prereleasesText({
  prereleases,
  range,
  by,
}: Pick<Parameters<typeof choiceText>[0], "prereleases" | "range" | "by">): string {
  const counts = by === "push" && range === undefined ? "include" : "exclude";
  if (prereleases === counts) return "";
  return prereleases === "include" ? " with prereleases" : " without prereleases";
}

const asText = (as: string | undefined): string => (as === undefined ? "" : `, as ${as}`);
