import { nearest } from "../../failure/index.ts";
import { compareVersions, parseVersion } from "../../versions/index.ts";

/**
 * Tags that a person may have meant by one that is not there: the neighbours of its version among tags that look like
 * it, or the one that is nearly spelt so. Nearest first; none where nothing is near.
 */
export function nearestTags(tags: readonly string[], wanted: string, count = 5): string[] {
  const spelt = nearest(wanted, tags);
  const first = spelt === undefined ? [] : [spelt];
  const alike = tags.filter((tag) => shapeOf(tag) === shapeOf(wanted));
  return [...new Set([...first, ...neighbours(alike, wanted), ...neighbours(tags, wanted)])].slice(0, count);
}

/** What a tag looks like with its numbers taken out: `v#.#.#-ubi#`. */
const shapeOf = (tag: string): string => tag.replace(/\d+/g, "#");

/** By turns the next newer and the next older. */
function neighbours(tags: readonly string[], wanted: string): string[] {
  const version = parseVersion(wanted);
  if (version === undefined) return [];
  const read = tags.flatMap((tag) => {
    const parsed = parseVersion(tag);
    return parsed === undefined ? [] : [parsed];
  });
  const sorted = read.sort(compareVersions);
  const newer = sorted.filter((one) => compareVersions(one, version) >= 0);
  const older = sorted.filter((one) => compareVersions(one, version) < 0).reverse();
  const turns = Array.from({ length: Math.max(newer.length, older.length) }, (_, at) => [older[at], newer[at]]);
  return turns.flat().flatMap((one) => (one === undefined ? [] : [one.text]));
}
