import type { NodeId } from "../../engine/index.ts";
import { formatRoughly } from "../format.ts";
import type { NodeState } from "../model.ts";
import { progressOf } from "../progress.ts";
import { padEnd, padStart, plainLine, truncate } from "../width.ts";
import type { FrameOptions } from "./frame.ts";

/** A frame's options and the width its names are brought to. */
export interface LineShape extends FrameOptions {
  readonly nameWidth: number;
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const SPIN_MS = 100;
const BAR = 16;
/** The bar is the first to go where there is little room: the percentage says the same. */
const COLUMNS_FOR_BAR = 100;

/** A node at work: how far it is, how fast, how long still; or how long it has been at it. */
export function runningLine(node: NodeState, shape: LineShape): string {
  const { now, paint } = shape;
  if (node.phase === "retrying") {
    const again = `attempt ${node.attempt} failed, again in ${formatRoughly(node.retryAt - now)}`;
    const why = plainLine(node.retryBecause?.message ?? "");
    return `${paint("yellow", "↻")} ${name(node, shape)}  ${paint("yellow", again)}: ${why}`;
  }
  if (node.phase === "waiting") {
    const again = `, asks again in ${formatRoughly(node.retryAt - now)}`;
    return `${paint("yellow", "…")} ${name(node, shape)}  waits for ${plainLine(node.waitsFor)}${paint("dim", again)}`;
  }
  const spinner = SPINNER[Math.floor(now / SPIN_MS) % SPINNER.length] ?? "";
  return `${paint("cyan", spinner)} ${name(node, shape)}  ${howFar(node, shape)}`;
}

/** A node that has not started: the first of what it waits for, and how many more. */
export function waitingLine(node: NodeState, unmet: readonly NodeId[], shape: LineShape): string {
  const [first] = unmet;
  const more = unmet.length > 1 ? ` (+${unmet.length - 1})` : "";
  const why = first === undefined ? "waits for a free place" : `waits for ${first}${more}`;
  return shape.paint("dim", `· ${name(node, shape)}  ${why}`);
}

function howFar(node: NodeState, { now, columns, paint }: LineShape): string {
  const progress = progressOf(node, now);
  if (progress === undefined) return paint("dim", formatRoughly(Math.max(0, now - node.startedAt)));
  const { share, bytes, rate, left } = progress;
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
  const bar = columns >= COLUMNS_FOR_BAR ? [bar16(share)] : [];
  return [...bar, percent, padStart(bytes, 16), padStart(rate, 8), paint("dim", left)].join("  ").trimEnd();

  function bar16(part: number): string {
    const full = Math.round(part * BAR);
    return paint("green", "█".repeat(full)) + paint("dim", "░".repeat(BAR - full));
  }
}

function name(node: NodeState, { nameWidth }: LineShape): string {
  return padEnd(truncate(node.id, nameWidth), nameWidth);
}
