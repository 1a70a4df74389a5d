import type { Scalar } from "yaml";

/** The content of a scalar, each character of which knows where it stands in the text around it. */
export interface DecodedScalar {
  readonly text: string;
  offsetOf(index: number): number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0", b: "\b", f: "\f" };

/**
 * Takes away what YAML puts around the content of a scalar (YAML 1.2, chapters 7 and 8), as far as JSON asks for it:
 * indentation and line ends stay, as they mean nothing between the tokens of JSON.
 */
export function decodeScalar(text: string, scalar: Pick<Scalar, "range" | "type">): DecodedScalar {
  const [start, end] = scalar.range ?? [0, 0];
  switch (scalar.type) {
    case "QUOTE_DOUBLE":
      return decode(text, start + 1, end - 1, unescapeDouble);
    case "QUOTE_SINGLE":
      return decode(text, start + 1, end - 1, (at) => (text.startsWith("''", at) ? ["'", 2] : undefined));
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED":
      return decode(text, text.indexOf("\n", start) + 1, end, () => undefined);
    default:
      return decode(text, start, end, () => undefined);
  }

  function unescapeDouble(at: number): readonly [string, number] | undefined {
    if (text[at] !== "\\") return undefined;
    const code = text[at + 1] ?? "";
    const hex = { x: 2, u: 4, U: 8 }[code];
    if (hex !== undefined) {
      return [String.fromCodePoint(Number.parseInt(text.slice(at + 2, at + 2 + hex), 16)), 2 + hex];
    }
    // An escaped line end joins two lines.
    if (code === "\n" || code === "\r") return ["", 1 + (/^\s*/.exec(text.slice(at + 1))?.[0].length ?? 0)];
    return [ESCAPES[code] ?? code, 2];
  }
}

/** `special` gives what stands for several characters at an offset, and how many they are. */
function decode(
  text: string,
  start: number,
  end: number,
  special: (at: number) => readonly [string, number] | undefined,
): DecodedScalar {
  const offsets: number[] = [];
  let decoded = "";
  for (let at = start; at < end; ) {
    const [content, length] = special(at) ?? [text[at] ?? "", 1];
    for (let unit = 0; unit < content.length; unit++) offsets.push(at);
    decoded += content;
    at += length;
  }
  offsets.push(end);
  return { text: decoded, offsetOf: (index) => offsets[index] ?? end };
}
