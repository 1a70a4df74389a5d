import { allDone, repeated } from "../closing.ts";
import { formatBytes, formatRate } from "../format.ts";
import type { NodeState, RunModel } from "../model.ts";
import type { Paint } from "../paint.ts";
import { truncate, widthOf } from "../width.ts";
import { runningLine, waitingLine } from "./node-line.ts";

/** The size of the terminal, and the moment that is drawn. */
export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly paint: Paint;
}

const WIDEST_NAME = 48;
/** More would push what ended off the screen, and say little. */
const MOST_WAITING = 8;

/**
 * The live area as lines: nodes at work, nodes that wait and for what, and the counters. Two rows less than the
 * terminal at most, and no line wider than the terminal, whatever the number of nodes.
 */
export function frameOf(model: RunModel, options: FrameOptions): string[] {
  const room = Math.max(0, options.rows - 3);
  const all = model.running.size + model.pending.size;
  // Where not all fit, one row is kept for saying so.
  const places = all <= room && model.pending.size <= MOST_WAITING ? all : Math.max(0, room - 1);
  const running = first(model.running, places);
  const waiting = first(model.pending, Math.min(MOST_WAITING, places - running.length));
  const shown = running.length + waiting.length;
  const nameWidth = Math.min(WIDEST_NAME, Math.max(0, ...[...running, ...waiting].map(({ id }) => widthOf(id))));
  const shape = { ...options, nameWidth };
  const lines = [
    ...running.map((node) => runningLine(node, shape)),
    ...waiting.map((node) => waitingLine(node, model.unmetNeeds(node), shape)),
    ...(all > shown && room > 0 ? [hidden(model, running.length, waiting.length, options)] : []),
    countersLine(model, options),
  ];
  return lines.map((line) => truncate(line, options.columns - 1));
}

function hidden(model: RunModel, running: number, waiting: number, { paint }: FrameOptions): string {
  const more = [
    ...(model.running.size > running ? [`${model.running.size - running} more running`] : []),
    ...(model.pending.size > waiting ? [`${model.pending.size - waiting} more waiting`] : []),
  ];
  return paint("dim", `… ${more.join(", ")}`);
}

/** `15 of 31 done · 3 up to date · 4 running · 11 waiting · 1 failed · 2 attempts repeated · 340 MB of 1.2 GB · 85 MB/s`. */
function countersLine(model: RunModel, { paint, now }: FrameOptions): string {
  const { counts } = model;
  const done = allDone(model);
  const some = (count: number, text: string): string[] => (count > 0 ? [text] : []);
  const settled = counts.blocked + counts.skipped + counts.cancelled;
  const parts = [
    ...some(done, paint("green", `${done} of ${model.nodes.size} ${model.mode === "plan" ? "looked at" : "done"}`)),
    ...some(model.mode === "plan" ? counts.changed : 0, `${counts.changed} to do`),
    ...some(counts.upToDate, `${counts.upToDate} up to date`),
    ...some(model.running.size, paint("cyan", `${model.running.size} running`)),
    ...some(model.pending.size + counts.waiting, `${model.pending.size + counts.waiting} waiting`),
    ...some(counts.failed, paint("red", `${counts.failed} failed`)),
    ...some(settled, paint("yellow", `${settled} blocked or skipped`)),
    ...repeated(model).map((text) => paint("yellow", text)),
    ...(model.totalBytes > 0 ? [bytesOf(model)] : []),
    ...rateOf(model, now),
    ...(model.stopping === undefined ? [] : [paint("yellow", "stopping")]),
  ];
  return parts.join(paint("dim", " · "));
}

/** Nodes that have not started have not said how large they are: until then there is more to come. */
function bytesOf({ bytes, totalBytes, pending }: RunModel): string {
  if (bytes === totalBytes) return formatBytes(bytes);
  return `${formatBytes(bytes)} of ${formatBytes(totalBytes)}${pending.size > 0 ? "+" : ""}`;
}

function rateOf({ running, meter, totalBytes }: RunModel, now: number): string[] {
  const rate = running.size > 0 && totalBytes > 0 ? meter.rate(now) : undefined;
  return rate === undefined ? [] : [formatRate(Math.max(0, rate))];
}

function first(nodes: Iterable<NodeState>, count: number): NodeState[] {
  const found: NodeState[] = [];
  for (const node of nodes) {
    if (found.length >= count) break;
    found.push(node);
  }
  return found;
}
