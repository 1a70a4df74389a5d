/** What may stand behind "image" in a key without changing what it says. */
const ENDINGS = new Set(["name", "ref", "reference", "uri", "url", "pullspec", "spec", "fullname"]);

const known = new Map<string, readonly string[]>();

/** The words of a key, in lower case: `sparkAppImage`, `SPARK_APP_IMAGE` and `--spark-app-image` have the same. */
export function wordsOf(key: string): readonly string[] {
  const words = known.get(key);
  if (words !== undefined) return words;
  const found = (key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
  // Keys repeat, but a text may also have millions of them.
  if (known.size < 10_000) known.set(key, found);
  return found;
}

/** True for a key whose value is an image: `image`, `cacheImage`, `SPARK_APP_IMAGE`, `curl-image-name`. */
export function saysImage(key: string): boolean {
  const words = wordsOf(key);
  const last = ENDINGS.has(words.at(-1) ?? "") ? words.at(-2) : words.at(-1);
  return last !== undefined && (last.endsWith("image") || last === "img");
}

/** True for a key under which several images stand: `images`, `relatedImages`. */
export const saysImages = (key: string): boolean => wordsOf(key).at(-1)?.endsWith("images") ?? false;
