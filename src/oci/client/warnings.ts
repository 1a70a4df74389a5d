import type { Failure } from "../../failure/index.ts";
import type { HttpAnswer } from "../http/index.ts";

/** Takes note of what an answer warns of. */
export type HeedWarnings = (answer: HttpAnswer) => void;

const MOST_WARNINGS = 20;
const LONGEST = 500;

/**
 * Passes on what a registry warns of (distribution-spec, "Warnings": `299 - "text"`), each text once; nothing is done
 * about it. A registry that always finds other words is not listened to for ever.
 */
export function createWarnings(name: string, onWarning: (warning: Failure) => void): HeedWarnings {
  const heard = new Set<string>();
  return ({ headers }) => {
    for (const text of textsIn(headers.warning)) {
      if (heard.has(text) || heard.size >= MOST_WARNINGS) continue;
      heard.add(text);
      onWarning({ code: "registry/warning", class: "permanent", message: `${name} says: ${text}` });
    }
  };
}

function textsIn(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  const found = [header]
    .flat()
    .join(", ")
    .matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g);
  return [...found].map(([, quoted = ""]) => plain(quoted.replace(/\\(.)/g, "$1"))).filter((text) => text !== "");
}

function plain(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .replace(/\.$/, "")
    .slice(0, LONGEST);
}
