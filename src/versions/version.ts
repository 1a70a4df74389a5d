/** A version taken apart, so that it can be ordered. */
export interface Version {
  /** As it was written. */
  readonly text: string;
  /** `1.2.3.4` as numbers, of any count; those of a date, from the year down. */
  readonly release: readonly bigint[];
  /** What stands behind the release and comes before it in time: `rc`, `10`. Empty for a release. */
  readonly prerelease: readonly Part[];
  /** What stands behind `+`, which tells equal versions apart. */
  readonly build: readonly Part[];
}

type Part = bigint | string;

const LONGEST = 256;
const DATE = /^[vV]?(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[T_-](\d{2})[-:.]?(\d{2})(?:[-:.]?(\d{2}))?Z?)?$/;
/** Behind a dash anything is a prerelease (semver 2.0.0, 9); without one, or behind a dot, only what is known as such. */
const WORD = "(?:alpha|beta|dev|pre|preview|rc|cr|snapshot|nightly|[abcm](?=\\.?\\d))";
const VERSION = new RegExp(
  `^[vV]?(?<release>\\d+(?:\\.\\d+)*)(?:(?:-|\\.?(?=${WORD}))(?<prerelease>[0-9a-z][0-9a-z.-]*))?(?:\\+(?<build>[0-9a-z.-]+))?$`,
  "i",
);

/**
 * Reads a version as people tag them: semver with or without `v`, with any count of numbers, with `rc1` for `-rc.1`,
 * and dates (`2024.01.05`, `2024-01-05`, `2024-01-05T22-17-24Z`). Undefined for what is none of these.
 */
export function parseVersion(text: string): Version | undefined {
  if (text.length > LONGEST) return undefined;
  const date = DATE.exec(text);
  if (date !== null) {
    const numbers = date.slice(1).filter((part) => part !== undefined);
    return { text, release: numbers.map(BigInt), prerelease: [], build: [] };
  }
  const { release, prerelease = "", build = "" } = VERSION.exec(text)?.groups ?? {};
  if (release === undefined) return undefined;
  return { text, release: release.split(".").map(BigInt), prerelease: partsOf(prerelease), build: partsOf(build) };
}

/**
 * A reader of texts that are ordered by a declared pattern: a regular expression whose groups are compared from the
 * left, numbers as numbers, words by their characters. A group named `prerelease` marks what comes before its release.
 */
export function parseBy(order: string): (text: string) => Version | undefined {
  const expression = new RegExp(order);
  return (text) => {
    if (text.length > LONGEST) return undefined;
    const found = expression.exec(text);
    if (found === null) return undefined;
    const { prerelease } = found.groups ?? {};
    // Named groups are numbered too: the one of the prerelease is told by its text, the last of those that are equal.
    const groups = found.slice(1);
    const at = prerelease === undefined ? -1 : groups.lastIndexOf(prerelease);
    const release = groups.flatMap((group, index) => (index === at ? [] : [asNumber(group ?? "")]));
    return {
      text,
      release,
      prerelease: partsOf(prerelease ?? ""),
      build: release.length === 0 ? partsOf(found[0]) : [],
    };
  };
}

/** A number as it is; a word so that it is ordered by its characters. */
function asNumber(text: string): bigint {
  if (/^\d+$/.test(text)) return BigInt(text);
  return text === "" ? 0n : BigInt(`0x${Buffer.from(text).toString("hex").slice(0, 128).padEnd(128, "0")}`);
}

/** True for what comes before a release: the policy on prereleases is about these. */
export const isPrerelease = (version: Version): boolean => version.prerelease.length > 0;

/**
 * Orders versions, the older first (semver 2.0.0, 11), with what tags need beyond it: missing numbers count as 0,
 * numbers inside a word are numbers (`rc9` before `rc10`), and builds of one version are ordered too.
 */
export function compareVersions(one: Version, other: Version): number {
  return (
    compareReleases(one.release, other.release) ||
    Number(isPrerelease(other)) - Number(isPrerelease(one)) ||
    compareParts(one.prerelease, other.prerelease) ||
    compareParts(one.build, other.build)
  );
}

/** The version as semver writes it, for ranges: three numbers; undefined where one is larger than semver allows. */
export function toSemver({ release, prerelease }: Version): string | undefined {
  const numbers = [0, 1, 2].map((at) => release[at] ?? 0n);
  const all = [...numbers, ...prerelease].filter((part) => typeof part === "bigint");
  if (all.some((part) => part > BigInt(Number.MAX_SAFE_INTEGER))) return undefined;
  return numbers.join(".") + (prerelease.length > 0 ? `-${prerelease.join(".")}` : "");
}

/** `rc10`, `rc.10` and `rc-10` alike: words and numbers one by one. */
function partsOf(text: string): Part[] {
  const runs = text.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  return runs.map((run) => (/^\d/.test(run) ? BigInt(run) : run));
}

function compareReleases(one: readonly bigint[], other: readonly bigint[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const order = compare(one[at] ?? 0n, other[at] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(one: readonly Part[], other: readonly Part[]): number {
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const order = comparePart(one[at] ?? 0n, other[at] ?? 0n);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

/** Numbers come before words. */
function comparePart(one: Part, other: Part): number {
  if (typeof one === "bigint" && typeof other === "bigint") return compare(one, other);
  if (typeof one === "string" && typeof other === "string") return compare(one, other);
  return typeof one === "bigint" ? -1 : 1;
}

function compare<Value extends bigint | string>(one: Value, other: Value): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
