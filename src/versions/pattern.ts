import { Failed } from "../failure/index.ts";

/**
 * Gives the version in a name: what stands under the one `*` of a pattern such as `mlrun-ce-*` or `*-ubi8`. The
 * function given back yields undefined for names that do not fit. Throws `Failed` (`versions/bad-pattern`).
 */
export function versionUnder(pattern: string): (name: string) => string | undefined {
  const [prefix = "", suffix, ...more] = pattern.split("*");
  if (suffix === undefined || more.length > 0) {
    throw new Failed({
      code: "versions/bad-pattern",
      class: "usage",
      message: `The pattern "${pattern}" does not say where the version stands`,
      hint: "Write one * in its place, as in mlrun-ce-* or *-ubi8",
    });
  }
  return (name) => {
    const fits = name.length > prefix.length + suffix.length && name.startsWith(prefix) && name.endsWith(suffix);
    return fits ? name.slice(prefix.length, name.length - suffix.length) : undefined;
  };
}

/** A test of whole names by a pattern: `*` is any characters, `?` is one. */
export function matching(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  const expression = new RegExp(`^${source}$`, "s");
  return (name) => expression.test(name);
}
