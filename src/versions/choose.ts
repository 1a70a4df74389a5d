import { matching, versionUnder } from "./pattern.ts";
import { inRange } from "./range.ts";
import { compareVersions, isPrerelease, parseBy, parseVersion, type Version } from "./version.ts";

/** Which of the names, git tags or registry tags, are versions, and which of these are wanted. */
export interface ChoiceRule {
  /** The name with `*` where the version stands; `*` alone unless given. */
  readonly pattern?: string;
  /** A semver range that the version has to be in. */
  readonly range?: string;
  readonly prereleases: "include" | "exclude";
  /** Names that are left out, with `*` and `?`. */
  readonly exclude?: readonly string[];
  /** A regular expression whose groups order the versions, where these are none that {@link parseVersion} reads. */
  readonly order?: string;
  /**
   * When names were pushed, in milliseconds since the epoch: the last is the newest then, whatever its version, and
   * needs none unless there is a range.
   */
  readonly pushed?: ReadonlyMap<string, number>;
}

export interface Candidate {
  readonly name: string;
  /** What stands under the `*`. */
  readonly version: string;
}

export interface Rejected {
  readonly name: string;
  /** A verb and what belongs to it: "is a prerelease". */
  readonly why: string;
}

export interface Choice {
  /** The newest that fits; undefined where none does. */
  readonly chosen: Candidate | undefined;
  /** All that fit, the newest first. */
  readonly considered: readonly Candidate[];
  /** The rest: those with a version first, the newest of them at the front. */
  readonly rejected: readonly Rejected[];
}

/**
 * Chooses the newest name that fits a rule. Of names with equal versions the one without `v` wins, then the one with
 * more numbers. Throws `Failed` (`versions/bad-pattern`, `versions/bad-range`).
 */
export async function chooseVersion(names: Iterable<string>, rule: ChoiceRule): Promise<Choice> {
  const judge = await judgeOf(rule);
  const newestFirst = rule.pushed === undefined ? newerVersionFirst : lastPushedFirst(rule.pushed);
  const fitting: Versioned[] = [];
  const unfit: (Versioned & { readonly why: string })[] = [];
  const versionless: Rejected[] = [];
  for (const name of new Set(names)) {
    const { version, why } = judge(name);
    if (version === undefined) versionless.push({ name, why: why ?? "has no version" });
    else if (why === undefined) fitting.push({ name, version });
    else unfit.push({ name, version, why });
  }
  const considered = fitting.sort(newestFirst).map(({ name, version }) => ({ name, version: version.text }));
  return {
    chosen: considered[0],
    considered,
    rejected: [...unfit.sort(newestFirst).map(({ name, why }) => ({ name, why })), ...versionless],
  };
}

/** Lines that show the nearest of those that did not fit, and why. */
export function nearestRejected(choice: Choice, count = 5): string[] {
  return choice.rejected.slice(0, count).map(({ name, why }) => `${name} ${why}`);
}

interface Versioned {
  readonly name: string;
  readonly version: Version;
}

interface Judgement {
  readonly version: Version | undefined;
  /** Undefined for what fits. */
  readonly why: string | undefined;
}

async function judgeOf(rule: ChoiceRule): Promise<(name: string) => Judgement> {
  const { pattern = "*", range, pushed } = rule;
  const textIn = versionUnder(pattern);
  const excluding = (rule.exclude ?? []).map((text) => ({ text, fits: matching(text) }));
  const parse = readerOf(rule);
  const isWanted = range === undefined ? () => true : await inRange(range);
  return (name) => {
    const text = textIn(name);
    if (text === undefined) return { version: undefined, why: `does not match ${pattern}` };
    const version = parse(text);
    if (version === undefined)
      return { version, why: rule.order === undefined ? `has no version in "${text}"` : "does not match the order" };
    if (pushed !== undefined && !pushed.has(name)) return { version, why: "was pushed at no time that is told" };
    const excluded = excluding.find(({ fits }) => fits(name));
    if (excluded !== undefined) return { version, why: `is excluded by ${excluded.text}` };
    if (rule.prereleases === "exclude" && isPrerelease(version)) return { version, why: "is a prerelease" };
    return { version, why: isWanted(version) ? undefined : `is not in ${range}` };
  };
}

/** Where the push decides, any text is a version, unless a range asks more of it. */
function readerOf({ order, pushed, range }: ChoiceRule): (text: string) => Version | undefined {
  if (order !== undefined) return parseBy(order);
  if (pushed === undefined || range !== undefined) return parseVersion;
  return (text) => parseVersion(text) ?? { text, release: [], prerelease: [], build: [] };
}

const lastPushedFirst =
  (pushed: ReadonlyMap<string, number>) =>
  (one: Versioned, other: Versioned): number =>
    (pushed.get(other.name) ?? 0) - (pushed.get(one.name) ?? 0) || newerVersionFirst(one, other);

function newerVersionFirst(one: Versioned, other: Versioned): number {
  return (
    compareVersions(other.version, one.version) ||
    Number(/^v/i.test(one.version.text)) - Number(/^v/i.test(other.version.text)) ||
    other.version.release.length - one.version.release.length ||
    (one.name < other.name ? -1 : 1)
  );
}
