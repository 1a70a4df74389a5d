/** Whether a path of a chart, from its root and with `/`, stays out of its package. */
export type Ignores = (path: string, kind: "folder" | "file") => boolean;

/** Helm always leaves these out, whatever the file says. */
const ALWAYS = "templates/.?*";

/**
 * Reads a `.helmignore` as helm does (its package `pkg/ignore`): shell patterns over the whole path where a rule has
 * a slash in it, over the last part of it otherwise; with a slash at the end for folders alone. The first rule that
 * fits decides. A rule that begins with `!` takes out all that it does not name.
 */
export function helmIgnores(text: string): Ignores {
  const rules = [...text.split(/\r?\n/), ALWAYS].flatMap((line) => ruleOf(line.trim()));
  return (path, kind) => {
    for (const { fits, negated, foldersOnly } of rules) {
      const passes = foldersOnly && kind !== "folder";
      if (negated) {
        if (passes || !fits(path)) return true;
      } else if (!passes && fits(path)) return true;
    }
    return false;
  };
}

interface Rule {
  readonly fits: (path: string) => boolean;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

function ruleOf(line: string): Rule[] {
  if (line === "" || line.startsWith("#")) return [];
  const negated = line.startsWith("!");
  const foldersOnly = line.endsWith("/");
  const pattern = line.slice(negated ? 1 : 0, foldersOnly ? -1 : undefined);
  const expression = shellPattern(pattern.replace(/^\//, ""));
  const fits = pattern.includes("/")
    ? (path: string) => expression.test(path)
    : (path: string) => expression.test(path.slice(path.lastIndexOf("/") + 1));
  return [{ fits, negated, foldersOnly }];
}

/** A pattern of Go's `path/filepath.Match`; one that is malformed fits nothing. */
function shellPattern(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|[\s\S]/g, (whole, escaped, not, inside) => {
    if (escaped !== undefined) return literal(escaped);
    if (inside !== undefined) return `[${not}${inside.replace(/[[^]/g, "\\$&")}]`;
    if (whole === "[") return "(?!)";
    if (whole === "*") return "[^/]*";
    return whole === "?" ? "[^/]" : literal(whole);
  });
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    return /$^/;
  }
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
