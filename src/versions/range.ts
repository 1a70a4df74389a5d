import { Failed } from "../failure/index.ts";
import { toSemver, type Version } from "./version.ts";

/**
 * A test whether versions are in a semver range (`^1.2`, `>=0.6 <0.7`, `1.x || 2.x`). The first three numbers count,
 * so that `1.2.3.4` is in `~1.2` and `2024.01.05` in `>=2024`. Prereleases are in a range like any other version:
 * whether they are wanted is told elsewhere. Throws `Failed` (`versions/bad-range`).
 */
export async function inRange(range: string): Promise<(version: Version) => boolean> {
  const { default: semver } = await import("semver");
  // Numbers inside words count as numbers here too.
  const spread = range.replace(/-[0-9A-Za-z.-]+/g, (text) => text.replace(/([A-Za-z])(?=\d)|(\d)(?=[A-Za-z])/g, "$&."));
  if (semver.validRange(spread, { loose: true }) === null) {
    throw new Failed({
      code: "versions/bad-range",
      class: "usage",
      message: `"${range}" is not a range of versions`,
      hint: "Write one as npm does: ^1.2, ~1.2.3, >=1.2 <2, 1.x || 2.x",
    });
  }
  const parsed = new semver.Range(spread, { loose: true, includePrerelease: true });
  return (version) => {
    const text = toSemver(version);
    return text !== undefined && parsed.test(text);
  };
}
