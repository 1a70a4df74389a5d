import type { Event, NodeId } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import { type Batch, batched } from "./batch.ts";
import { renderFailure } from "./failure.ts";
import { formatCount, formatDuration, formatTime } from "./format.ts";
import type { NodeState, RunModel } from "./model.ts";
import { createPaint, type Paint } from "./paint.ts";
import { phraseOf } from "./phrase.ts";
import { progressText } from "./progress.ts";
import type { Reader, ReaderOptions } from "./reader.ts";
import { renderSummary } from "./summary.ts";
import { padEnd, plainLine, widthOf } from "./width.ts";

const TICK_MS = 1000;
const FIRST_BEAT_MS = 10_000;
const LONGEST_BEAT_MS = 60_000;
const WIDEST_NAME = 40;

/**
 * One timestamped line for each event. Progress is not an event of its own here: a node that runs for long says where
 * it is after 10 seconds, then ever more seldom, and once a minute in the end, so that a job of hours neither looks
 * hung nor floods the log.
 */
export function linesReader(model: RunModel, options: ReaderOptions): Reader {
  const lines = new Lines(model, options);
  return { on: (event) => lines.on(event), close: async () => lines.close() };
}

class Lines {
  readonly #model: RunModel;
  readonly #options: ReaderOptions;
  readonly #out: Batch;
  readonly #paint: Paint;
  readonly #beats = new Map<NodeId, { at: number; everyMs: number }>();
  /** What nodes were said to wait for: asking again in vain is not said again. */
  readonly #waits = new Map<NodeId, string>();
  #nameWidth = 0;
  #stopTicking = (): void => {};

  constructor(model: RunModel, options: ReaderOptions) {
    this.#model = model;
    this.#options = options;
    this.#out = batched(options.out, options.after);
    this.#paint = createPaint(options.color);
    this.#tickLater();
  }

  on(event: Event): void {
    const say = (text: string): void => this.#line(event.at, text);
    switch (event.type) {
      case "run-started":
        this.#nameWidth = Math.min(WIDEST_NAME, Math.max(0, ...event.nodes.map(({ id }) => widthOf(id))));
        say(`${event.mode} ${event.run}: ${formatCount(event.nodes.length, "node")}`);
        break;
      case "node-started":
        this.#beats.set(event.id, { at: event.at + FIRST_BEAT_MS, everyMs: FIRST_BEAT_MS });
        // Of a plan only the answers are of use.
        if (this.#model.mode === "plan") break;
        this.#node(event, event.attempt === 1 ? "started" : `started, attempt ${event.attempt}`);
        break;
      case "node-progress":
        break;
      case "node-log":
        this.#node(event, `│ ${plainLine(event.line)}`);
        break;
      case "node-retrying": {
        const again = `attempt ${event.attempt} failed, again in ${formatDuration(event.delayMs)}`;
        this.#node(event, this.#paint("yellow", `${again}: ${plainLine(event.failure.message)}`));
        break;
      }
      case "node-waiting":
        if (this.#waits.get(event.id) === event.for) break;
        this.#waits.set(event.id, event.for);
        this.#node(event, this.#paint("yellow", `waits for ${plainLine(event.for)}; asks again`));
        break;
      case "node-settled": {
        this.#beats.delete(event.id);
        const { text, style } = phraseOf(event.outcome, this.#model.mode, event.durationMs);
        this.#node(event, this.#paint(style, plainLine(text)));
        break;
      }
      case "warning":
        for (const line of renderFailure(event.failure, { color: this.#options.color, severity: "warning" }).split(
          "\n",
        ))
          say(line);
        break;
      case "run-stopping":
        say(this.#paint("yellow", stoppingText(event.reason)));
        break;
      case "run-finished":
        break;
      default:
        unreachable(event);
    }
  }

  close(): void {
    this.#stopTicking();
    if (this.#model.started) this.#out.write(`\n${renderSummary(this.#model, this.#options)}`);
    this.#out.flush();
  }

  #node({ at, id }: { readonly at: number; readonly id: NodeId }, text: string): void {
    this.#line(at, `${padEnd(id, this.#nameWidth)}  ${text}`);
  }

  #line(at: number, text: string): void {
    this.#out.write(`${this.#paint("dim", formatTime(at, this.#options.stamp))}  ${text}\n`);
  }

  #tickLater(): void {
    this.#stopTicking = this.#options.after(TICK_MS, () => {
      const now = this.#options.now();
      for (const node of this.#model.running) this.#beat(node, now);
      this.#tickLater();
    });
  }

  #beat(node: NodeState, now: number): void {
    const beat = this.#beats.get(node.id);
    if (beat === undefined || now < beat.at || node.phase !== "running") return;
    const everyMs = Math.min(LONGEST_BEAT_MS, beat.everyMs * 2);
    this.#beats.set(node.id, { at: now + everyMs, everyMs });
    const progress = progressText(node, now);
    const text = `running for ${formatDuration(now - node.startedAt)}${progress === "" ? "" : `: ${progress}`}`;
    this.#node({ at: now, id: node.id }, this.#paint("dim", text));
  }
}

/** What stops a run, and what that means for what is at work. */
export function stoppingText(reason: "interrupt" | "fail-fast"): string {
  switch (reason) {
    case "interrupt":
      return "stopping: nothing new starts, what is at work ends; interrupt again to stop at once";
    case "fail-fast":
      return "stopping after a failure: nothing new starts, what is at work ends";
    default:
      return unreachable(reason);
  }
}
