import type { Outcome } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import { formatBytes, formatDuration, formatFew } from "./format.ts";
import type { Style } from "./paint.ts";

/** An outcome in words: one mark, one word (which may be empty), and what there is to say. */
export interface Phrase {
  readonly mark: string;
  readonly word: string;
  readonly text: string;
  readonly style: Style;
}

const NAMES = 3;

/** How a node ended, for one line. */
export function phraseOf(outcome: Outcome, mode: "run" | "plan", durationMs: number): Phrase {
  switch (outcome.kind) {
    case "done":
      return donePhrase(outcome, mode, durationMs);
    case "failed": {
      const word = outcome.failure.class === "conflict" ? "conflict" : "failed";
      return { mark: "✗", word, text: `${outcome.failure.message} [${outcome.failure.code}]`, style: "red" };
    }
    case "blocked":
      return { mark: "-", word: "blocked", text: `by ${formatFew(outcome.by, NAMES)}`, style: "yellow" };
    case "skipped":
      return { mark: "-", word: "skipped", text: outcome.why, style: "dim" };
    case "waiting":
      return { mark: "…", word: "waiting", text: `for ${outcome.for}`, style: "yellow" };
    case "cancelled":
      return { mark: "-", word: "cancelled", text: "", style: "yellow" };
    default:
      return unreachable(outcome);
  }
}

/** A step's own sentence says what it did; the word stands in where there is none. */
function donePhrase(outcome: Outcome & { kind: "done" }, mode: "run" | "plan", durationMs: number): Phrase {
  const { changed, summary, bytes } = outcome;
  if (!changed) return { mark: "=", word: summary === "" ? "up to date" : "", text: summary, style: "dim" };
  const size = bytes > 0 ? formatBytes(bytes) : "";
  if (mode === "plan") {
    return { mark: "+", word: summary === "" ? "to do" : "", text: joined(summary, size), style: "cyan" };
  }
  const cost = size === "" ? formatDuration(durationMs) : `${size} in ${formatDuration(durationMs)}`;
  return { mark: "✓", word: summary === "" ? "done" : "", text: joined(summary, cost), style: "green" };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("  ");
}
