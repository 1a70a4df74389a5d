import { type BundleCheck, type Semver, wrongName } from "./check.ts";

const SKIP_RANGE = "olm.skipRange";

/** What a bundle replaces and skips can be, and is not itself. */
export const upgrades: BundleCheck = {
  name: "upgrades",
  *judge({ csv, semver }) {
    const skips = csv.listAt("spec", "skips").map((skip, index) => [String(skip), ["spec", "skips", index]] as const);
    const replaces = csv.textAt("spec", "replaces");
    const replaced = replaces === undefined ? [] : [[replaces, ["spec", "replaces"]] as const];
    for (const [name, path] of [...replaced, ...skips]) {
      const wrong = name === csv.name ? "is the bundle itself" : wrongName(name);
      if (wrong === undefined) continue;
      yield {
        level: "error",
        message: `${name} in ${path.slice(0, 2).join(".")} ${wrong}`,
        hint: "Name the ClusterServiceVersion of an earlier version",
        place: csv.placeOf(...path),
      };
    }
    if (replaces !== undefined && replaces !== csv.name && isLater(replaces, csv.textAt("spec", "version"), semver)) {
      yield {
        level: "warning",
        message: `${csv.name} replaces ${replaces}, which is not an earlier version`,
        hint: "Name an earlier version, or set replaces in the config",
        place: csv.placeOf("spec", "replaces"),
      };
    }
    const range = csv.textAt("metadata", "annotations", SKIP_RANGE);
    if (range !== undefined && semver.validRange(range) === null) {
      yield {
        level: "error",
        message: `${SKIP_RANGE} "${range}" is no range of versions`,
        hint: 'Write a range, as in ">=1.0.0 <1.2.1"',
        place: csv.placeOf("metadata", "annotations", SKIP_RANGE),
      };
    }
  },
};

function isLater(name: string, version: string | undefined, semver: Semver): boolean {
  const other = semver.valid(/\.v?(\d.*)$/.exec(name)?.[1] ?? "");
  const own = semver.valid(version ?? "");
  return other !== null && own !== null && semver.gte(other, own);
}
