import type { Outcome } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import { formatBytes, formatDuration, formatFew } from "./format.ts";
import type { Style } from "./paint.ts";

/** An outcome in words, with the mark and the style it is known by. */
export interface Phrase {
  readonly mark: string;
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
      const { class: failureClass, message, code } = outcome.failure;
      const word = failureClass === "conflict" ? "conflict" : "failed";
      return { mark: "✗", text: `${word}: ${message} [${code}]`, style: "red" };
    }
    case "blocked":
      return { mark: "-", text: `blocked by ${formatFew(outcome.by, NAMES)}`, style: "yellow" };
    case "skipped":
      return { mark: "-", text: `skipped: ${outcome.why}`, style: "dim" };
    case "waiting":
      return { mark: "…", text: `waiting for ${outcome.for}`, style: "yellow" };
    case "cancelled":
      return { mark: "-", text: "cancelled", style: "yellow" };
    default:
      return unreachable(outcome);
  }
}

/** A step's own sentence says what it did; a word stands in where there is none. */
function donePhrase(outcome: Outcome & { kind: "done" }, mode: "run" | "plan", durationMs: number): Phrase {
  const { effect, summary, bytes } = outcome;
  if (effect === "unchanged") return { mark: "=", text: summary || "up to date", style: "dim" };
  if (effect === "none") return { mark: "·", text: summary, style: "dim" };
  const size = bytes > 0 ? formatBytes(bytes) : "";
  if (mode === "plan") return { mark: "+", text: joined(summary || "to do", size), style: "cyan" };
  const cost = size === "" ? formatDuration(durationMs) : `${size} in ${formatDuration(durationMs)}`;
  return { mark: "✓", text: joined(summary || "done", cost), style: "green" };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("  ");
}
