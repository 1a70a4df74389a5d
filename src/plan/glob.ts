/**
 * Turns a name with wildcards into a test of names: `*` is any characters, `/` and `:` included, `?` is one,
 * `{a,b}` is either. So `copy:harbor/*` and `copy:*` both mean what they look like.
 */
export function globToTest(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/[.+^$()|[\]\\*?{},]/g, (character) => GLOB_SYNTAX[character] ?? `\\${character}`);
  const expression = new RegExp(`^${source}$`, "s");
  return (name) => expression.test(name);
}

/** True where a name is a pattern and not just itself. */
export const isGlob = (name: string): boolean => /[*?{]/.test(name);

const GLOB_SYNTAX: Readonly<Record<string, string>> = { "*": ".*", "?": ".", "{": "(?:", "}": ")", ",": "|" };
