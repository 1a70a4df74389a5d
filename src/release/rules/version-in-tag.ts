import type { VersionRule } from "../../config/index.ts";
import { unreachable } from "../../failure/index.ts";
import { versionUnder } from "../../versions/index.ts";

const VERSION = "${" + "version}";

/** The tag that a rule makes of a version; the version itself where the rule says nothing. */
export const tagAs = (as: string | undefined, version: string): string =>
  as === undefined ? version : as.replaceAll(VERSION, version);

/** The version in a tag that a rule has chosen: what stands for it in the pattern that made the tag. */
export function versionInTag(rule: VersionRule, tag: string): string {
  switch (rule.kind) {
    case "tag":
    case "digest":
      return tag;
    case "newest":
      if (rule.as !== undefined) return under(rule.as, tag);
      return rule.source === undefined ? (versionUnder(rule.tags)(tag) ?? tag) : tag;
    case "read":
    case "source":
    case "same":
      return rule.as === undefined ? tag : under(rule.as, tag);
    default:
      return unreachable(rule);
  }
}

/** What stands in a tag where the template has its first `${version}`. */
function under(as: string, tag: string): string {
  const at = as.indexOf(VERSION);
  const after = as.slice(at + VERSION.length);
  const others = after.split(VERSION).length - 1;
  const length = (tag.length - (as.length - VERSION.length * (others + 1))) / (others + 1);
  return tag.slice(at, at + length);
}
