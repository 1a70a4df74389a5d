/** What stands where a secret stood. */
export const MASKED = "***";

const SHORTEST = 4;
const SHORTEST_LINE = 8;
const SHORTEST_ENCODED = 6;

/** Hides secrets in whatever is shown or kept. */
export interface Mask {
  /**
   * From now on this secret is hidden in every form it is likely to take: as it is, line by line, escaped in JSON,
   * encoded for a URL, in base64, and as `user:password` in base64 for the user it goes with. Secrets of fewer than
   * 4 characters are not hidden: they would blot out words that have nothing to do with them.
   */
  readonly add: (secret: string, options?: { readonly username?: string }) => void;
  /** The text with every secret in it replaced by `***`. */
  readonly apply: (text: string) => string;
}

export function createMask(): Mask {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add: (secret, { username } = {}) => {
      const before = forms.size;
      for (const form of formsOf(secret, username)) forms.add(form);
      if (forms.size > before) pattern = anyOf(forms);
    },
    apply: (text) => (pattern === undefined ? text : text.replace(pattern, MASKED)),
  };
}

function formsOf(secret: string, username: string | undefined): readonly string[] {
  if (secret.length < SHORTEST) return [];
  const trimmed = secret.trim();
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_LINE);
  const texts = [secret, ...(trimmed.length >= SHORTEST ? [trimmed] : []), ...lines.map((line) => line.trim())];
  const pair = username === undefined ? [] : bothBase64(Buffer.from(`${username}:${secret}`));
  return [...texts.flatMap((text) => [text, ...escaped(text), ...base64Of(text)]), ...pair];
}

function escaped(text: string): readonly string[] {
  const url = encodeURIComponent(Buffer.from(text).toString());
  const form = new URLSearchParams({ "": text }).toString().slice(1);
  return [JSON.stringify(text).slice(1, -1), url, url.replace(/%../g, (hex) => hex.toLowerCase()), form];
}

/**
 * What a text looks like inside the base64 of anything that contains it: one form for each of the three places it
 * can take in a group of three bytes, without the characters at its ends that it shares with its neighbours.
 */
function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const inner = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const shared = (offset + bytes.length) % 3 === 0 ? 0 : 1;
    return [encoded.slice(offset === 0 ? 0 : offset + 1, encoded.length - shared)];
  });
  return [...inner, ...inner.map(urlSafe), ...bothBase64(bytes)].filter((form) => form.length >= SHORTEST_ENCODED);
}

function bothBase64(bytes: Buffer): readonly string[] {
  const encoded = bytes.toString("base64");
  return [encoded, urlSafe(encoded), urlSafe(encoded).replace(/=+$/, "")];
}

function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}

/** Longest first, so that a secret that contains another is hidden whole. */
function anyOf(forms: ReadonlySet<string>): RegExp {
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "g");
}
