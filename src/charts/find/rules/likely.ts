import type { TextAt } from "../at.ts";
import { looksLikeImage, strengthOf } from "../shape.ts";
import { saysImage } from "../words.ts";
import { type Rule, type Sight, sight } from "./rule.ts";

/** A value that looks like an image, whatever its key says. */
export const likely: Rule = {
  name: "likely",
  text: (at) => (looksLikeImage(at.node.value) ? [sight(at, "candidate")] : undefined),
};

const TOKEN = /[^\s"'`,;()<>[\]{}|=\\]+/g;
const ASSIGNMENT = /([A-Za-z][\w.-]*)["']?(?:\s*[:=]\s*|\s+)["']?([a-z0-9][\w.:/@-]*)/g;

/** Images in the words of a text: scripts, properties, TOML, sentences. */
export const words: Rule = {
  name: "words",
  text: (at) => {
    const { value } = at.node;
    if (!/[\s=]/.test(value) || !/image|[a-z0-9]\/[\w.-]+[:@]/i.test(value)) return undefined;
    const found = new Map<number, Sight>();
    for (const match of value.matchAll(TOKEN)) note(found, at, match.index, match[0], looksLikeImageWithHost);
    for (const match of value.matchAll(ASSIGNMENT)) {
      const [whole, name = "", text = ""] = match;
      if (saysImage(name)) note(found, at, match.index + whole.length - text.length, text, isWritten);
    }
    return [...found.values()].sort((a, b) => a.from - b.from);
  },
};

function note(
  found: Map<number, Sight>,
  at: TextAt,
  from: number,
  token: string,
  isImage: (text: string) => boolean,
): void {
  // The end of a sentence is no part of what it names.
  const text = token.replace(/[.:?!]+$/, "");
  if (isImage(text)) found.set(from, sight(at, "candidate", from, from + text.length));
}

const looksLikeImageWithHost = (text: string): boolean =>
  looksLikeImage(text) && /^(?:localhost|[^/]*[.:][^/]*)\//.test(text);

const isWritten = (text: string): boolean => strengthOf(text) === "full" || strengthOf(text) === "tagged";
