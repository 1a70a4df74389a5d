import type { NodeId } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import { closingOf } from "./closing.ts";
import { type FailureOptions, renderFailure } from "./failure.ts";
import { formatDuration, formatFew } from "./format.ts";
import type { NodeState, RunModel } from "./model.ts";
import { type Color, createPaint, type Paint } from "./paint.ts";
import { phraseOf } from "./phrase.ts";
import { padEnd, widthOf } from "./width.ts";

const NAMES = 5;
const INDENT = "    ";

/**
 * The end of a run for people: every node that failed with its failure, was blocked and by what, skipped and why,
 * waits and for what, or was cancelled; after an interrupt what moved before it; and one last line that says what
 * the exit code means. Ends with a newline.
 */
export function renderSummary(
  model: RunModel,
  { color, columns }: { readonly color: Color; readonly columns?: number | undefined },
): string {
  const paint = createPaint(color);
  const sections = [
    ...failures(model, paint, { color, columns: columns === undefined ? undefined : columns - INDENT.length }),
    ...listed(paint, "yellow", "blocked", model.settled("blocked"), ({ by }) => blockedBy(by, model)),
    ...listed(paint, "yellow", "waiting", model.settled("waiting"), (outcome) => `for ${outcome.for}`),
    ...listed(paint, "dim", "skipped", model.settled("skipped"), ({ why }) => why),
    ...listed(paint, "yellow", "cancelled", model.settled("cancelled"), () => ""),
    ...moved(model, paint),
  ];
  const closing = closingOf(model);
  const last = paint("bold", paint(closing.style, closing.text));
  const blocks = [...sections.map((lines) => lines.join("\n")), last];
  return `${blocks.join("\n\n")}\n`;
}

/** Nodes that failed for the same reason stand together, and the reason once. */
function failures(model: RunModel, paint: Paint, options: FailureOptions): string[][] {
  const failed = model.settled("failed");
  if (failed.length === 0) return [];
  const byReason = new Map<string, { failure: Failure; nodes: NodeState[] }>();
  for (const { node, outcome } of failed) {
    const key = keyOf(outcome.failure);
    const group = byReason.get(key) ?? { failure: outcome.failure, nodes: [] };
    group.nodes.push(node);
    byReason.set(key, group);
  }
  const lines = [...byReason.values()].flatMap(({ failure, nodes }) => [
    ...nodes.map((node) => `  ${paint("bold", node.id)}${paint("dim", `  ${effort(node)}`)}`),
    ...rendered(failure, options),
  ]);
  return [[paint("red", `failed (${failed.length})`), ...lines]];
}

function listed<O>(
  paint: Paint,
  style: "yellow" | "dim",
  word: string,
  settled: readonly { readonly node: NodeState; readonly outcome: O }[],
  say: (outcome: O) => string,
): string[][] {
  if (settled.length === 0) return [];
  const width = Math.max(...settled.map(({ node }) => widthOf(node.id)));
  const lines = settled.map(({ node, outcome }) => `  ${padEnd(node.id, width)}  ${say(outcome)}`.trimEnd());
  return [[paint(style, `${word} (${settled.length})`), ...lines]];
}

/** What an interrupted run had moved, so that nobody has to guess. */
function moved(model: RunModel, paint: Paint): string[][] {
  if (model.mode === "plan" || (model.stopping !== "interrupt" && model.finished !== undefined)) return [];
  const changed = model.settled("done").filter(({ outcome }) => outcome.effect === "changed");
  if (changed.length === 0) return [];
  const said = changed.map(({ node, outcome }) => ({ node, outcome: phraseOf(outcome, "run", node.durationMs) }));
  return listed(paint, "dim", "done before the end", said, ({ text }) => text);
}

/** What blocks a node; where that is one thing that waits, also what for, so that nobody has to look it up. */
function blockedBy(by: readonly NodeId[], model: RunModel): string {
  const [only, ...others] = by;
  const outcome = only === undefined || others.length > 0 ? undefined : model.nodes.get(only)?.outcome;
  const why = outcome?.kind === "waiting" ? `, which waits for ${outcome.for}` : "";
  return `by ${formatFew(by, NAMES)}${why}`;
}

function effort(node: NodeState): string {
  const after = `after ${formatDuration(node.durationMs)}`;
  return node.attempt > 1 ? `${after} and ${node.attempt} attempts` : after;
}

function rendered(failure: Failure, options: FailureOptions): string[] {
  return renderFailure(failure, options)
    .split("\n")
    .map((line) => (line === "" ? "" : `${INDENT}${line}`));
}

function keyOf({ code, message, hint, place, detail }: Failure): string {
  return JSON.stringify([code, message, hint, place, detail]);
}
