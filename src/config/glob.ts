/**
 * Turns a name with wildcards into a test of names: `*` is any characters, `/` and `:` included, `?` is one,
 * `{a,b}` is either.
 */
export function globToTest(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/[.+^$()|[\]\\*?{},]/g, (character) => GLOB_SYNTAX[character] ?? `\\${character}`);
  try {
    const expression = new RegExp(`^${source}$`, "s");
    return (name) => expression.test(name);
  } catch {
    // A brace without its partner is no pattern, so it is the name itself.
    return (name) => name === pattern;
  }
}

/** True where a name is a pattern and not just itself. */
export const isGlob = (name: string): boolean => /[*?{]/.test(name);

const GLOB_SYNTAX: Readonly<Record<string, string>> = { "*": ".*", "?": ".", "{": "(?:", "}": ")", ",": "|" };
