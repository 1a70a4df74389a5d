import type { SemVer } from "semver";
import { Failed } from "../../failure/index.ts";

/** Which versions of a chart will do. */
export interface Constraint {
  /** The version where only one will do, as it is written. */
  readonly exact: string | undefined;
  /** The newest of the versions that will do; undefined where none does. */
  readonly choose: (versions: readonly string[]) => string | undefined;
  readonly admits: (version: string) => boolean;
}

const PART = /(!=|>=|=>|<=|=<|~>|[=<>~^])?\s*(v?(?:\d+|[xX*])[^\s,|]*)/g;
const EXACT = /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/**
 * Reads a constraint as helm does: npm's ranges, with `,` for "and", and `!=`. Prereleases are admitted by a part
 * (between `||`) that names one. Of equal versions the one that is written like the constraint is chosen.
 * Throws `Failed` (`charts/bad-constraint`).
 */
export async function readConstraint(text: string, chart: string): Promise<Constraint> {
  const { default: semver } = await import("semver");
  const written = text.trim();
  const groups = (written === "" ? "*" : written).split("||").map(readGroup);
  const parse = (version: string): SemVer | null => semver.parse(threeParts(version), { loose: true });

  const fits = (version: SemVer, { parts, prereleases }: Group): boolean => {
    if (version.prerelease.length > 0 && !prereleases) return false;
    const options = { includePrerelease: prereleases, loose: true };
    return parts.every(({ operator, operand }) =>
      operator === "!="
        ? !semver.satisfies(version, operand, options)
        : semver.satisfies(version, operator + operand, options),
    );
  };
  const admits = (version: string): boolean => {
    const parsed = parse(version);
    return version === written || (parsed !== null && groups.some((group) => fits(parsed, group)));
  };

  function readGroup(group: string): Group {
    const spaced = group.replace(/(\S+)\s+-\s+(\S+)/g, ">=$1 <=$2");
    const parts = [...spaced.matchAll(PART)].map(([, operator = "", operand = ""]) => ({
      operator: OPERATORS[operator] ?? operator,
      // Behind a placeholder nothing counts.
      operand: operand.replace(/^(v?(?:\d+\.)?[xX*])\..*/, "$1"),
    }));
    const rest = spaced.replace(PART, "").replace(/[\s,]/g, "");
    const readable = parts.every(({ operator, operand }) => {
      const range = operator === "!=" ? operand : operator + operand;
      return semver.validRange(range, { loose: true }) !== null;
    });
    if (parts.length === 0 || rest !== "" || !readable) throw bad(text, chart);
    return { parts, prereleases: parts.some(({ operand }) => operand.includes("-")) };
  }

  return {
    exact: EXACT.test(written) ? written : undefined,
    admits,
    choose(versions) {
      if (versions.includes(written)) return written;
      const known = versions.flatMap((version) => {
        const parsed = parse(version);
        return parsed === null ? [] : [{ version, parsed }];
      });
      known.sort((one, other) => semver.compareBuild(other.parsed, one.parsed));
      return known.find(({ version }) => admits(version))?.version;
    },
  };
}

/** The newest versions there are, for messages. */
export async function newestOf(versions: readonly string[], count: number): Promise<string[]> {
  const { default: semver } = await import("semver");
  const known = versions.filter((version) => semver.valid(threeParts(version), { loose: true }) !== null);
  known.sort((one, other) => semver.rcompare(threeParts(one), threeParts(other), { loose: true }));
  return known.slice(0, count);
}

interface Group {
  readonly parts: readonly { readonly operator: string; readonly operand: string }[];
  readonly prereleases: boolean;
}

const OPERATORS: Readonly<Record<string, string>> = { "=>": ">=", "=<": "<=", "~>": "~" };

/** Some charts have a version of one or two numbers. */
function threeParts(version: string): string {
  const [, numbers, rest = ""] = /^v?(\d+(?:\.\d+)?)((?:[-+].*)?)$/.exec(version) ?? [];
  if (numbers === undefined) return version;
  return `${numbers}${numbers.includes(".") ? ".0" : ".0.0"}${rest}`;
}

function bad(text: string, chart: string): Failed {
  return new Failed({
    code: "charts/bad-constraint",
    class: "permanent",
    message: `"${text}", the version of the dependency ${chart}, is neither a version nor a range`,
    hint: "Write it as 1.2.3, ~1.2.0, ^1.2, or >=1.2.0 <2.0.0",
  });
}
