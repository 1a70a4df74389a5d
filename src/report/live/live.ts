import type { Event, NodeId, Outcome } from "../../engine/index.ts";
import { type Failure, unreachable } from "../../failure/index.ts";
import { renderFailure } from "../failure.ts";
import { stoppingText } from "../lines.ts";
import type { RunModel } from "../model.ts";
import { createPaint, type Paint } from "../paint.ts";
import { phraseOf } from "../phrase.ts";
import type { Reader, ReaderOptions } from "../reader.ts";
import { renderSummary } from "../summary.ts";
import { plainLine } from "../width.ts";
import { wrap } from "../wrap.ts";
import { frameOf } from "./frame.ts";
import { Latches } from "./latches.ts";
import { Screen } from "./screen.ts";
import type { View } from "./task-list.ts";

/** At most so often is a frame drawn. */
const FRAME_MS = 100;
/** And at least so often, so that times go on when nothing happens. */
const IDLE_MS = 1000;

/** The live view of a run on a terminal. What ended goes above the drawn area once and stays in the scroll-back. */
export function liveReader(model: RunModel, options: ReaderOptions): Reader {
  const live = new Live(model, options);
  return { on: (event) => live.on(event), close: () => live.close() };
}

class Live {
  readonly #model: RunModel;
  readonly #options: ReaderOptions;
  readonly #paint: Paint;
  readonly #screen: Screen;
  readonly #latches = new Latches();
  #shown: Promise<void> = Promise.resolve();
  #state: "waiting" | "open" | "closed" = "waiting";
  #above: string[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  readonly #restore = (): void => this.#screen.clear();

  constructor(model: RunModel, options: ReaderOptions) {
    this.#model = model;
    this.#options = options;
    this.#paint = createPaint(options.color);
    this.#screen = new Screen(options.out);
    // Whatever ends the program gives the cursor back.
    process.once("exit", this.#restore);
  }

  on(event: Event): void {
    switch (event.type) {
      case "run-started":
        this.#show(event.nodes.map(({ id }) => id));
        break;
      case "node-started":
        this.#latches.start(event.id);
        break;
      case "node-log":
        this.#above.push(`${this.#paint("dim", `${event.id} │`)} ${plainLine(event.line)}`);
        break;
      case "node-settled":
        this.#above.push(...this.#endOf(event.id, event.outcome, event.durationMs));
        this.#latches.end(event.id, endOf(event.outcome));
        break;
      case "warning":
        this.#above.push(...this.#warning(event.failure));
        break;
      case "run-stopping":
        this.#above.push(...wrap(this.#paint("yellow", stoppingText(event.reason)), this.#columns(), "  "));
        break;
      case "node-progress":
      case "node-retrying":
      case "node-waiting":
      case "run-finished":
        break;
      default:
        unreachable(event);
    }
    this.#drawSoon();
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#timer?.cancel();
    if (this.#above.length > 0) this.#screen.draw(this.#above, []);
    this.#screen.clear();
    process.removeListener("exit", this.#restore);
    if (this.#model.started)
      this.#options.out.write(
        `\n${renderSummary(this.#model, { color: this.#options.color, columns: this.#columns() })}`,
      );
    this.#latches.endAll();
    await this.#shown;
  }

  /** listr2 is loaded here, by whoever has a terminal. */
  #show(ids: readonly NodeId[]): void {
    const entries = ids.map((id) => this.#latches.add(id));
    this.#shown = import("./task-list.ts").then(({ showList }) =>
      this.#state === "closed" ? undefined : showList(entries, this.#view),
    );
    // Whoever closes the report is told.
    this.#shown.catch(() => {});
  }

  readonly #view: View = {
    open: () => {
      if (this.#state === "closed") return;
      this.#state = "open";
      this.#drawSoon();
    },
    changed: () => this.#drawSoon(),
    end: () => {
      if (this.#state === "open") this.#draw();
    },
  };

  /** Draws at the next frame, however many changes ask for it. */
  #drawSoon(): void {
    if (this.#state !== "open") return;
    const at = Math.max(this.#options.now(), this.#drawnAt + FRAME_MS);
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#drawAt(at);
  }

  #drawAt(at: number): void {
    this.#timer?.cancel();
    this.#timer = { at, cancel: this.#options.after(Math.max(0, at - this.#options.now()), () => this.#draw()) };
  }

  #draw(): void {
    const { out, now } = this.#options;
    const { columns = 80, rows = 24 } = out;
    this.#drawnAt = now();
    const area = frameOf(this.#model, { columns, rows, now: this.#drawnAt, paint: this.#paint });
    this.#screen.draw(this.#above, area);
    this.#above = [];
    this.#drawAt(this.#drawnAt + IDLE_MS);
  }

  #columns(): number {
    return this.#options.out.columns ?? 80;
  }

  #warning(failure: Failure): string[] {
    const { color } = this.#options;
    return renderFailure(failure, { color, severity: "warning", columns: this.#columns() }).split("\n");
  }

  /** Blocked and cancelled nodes come by the hundred and are named in the summary; every other end gets its line. */
  #endOf(id: NodeId, outcome: Outcome, durationMs: number): string[] {
    if (outcome.kind === "blocked" || outcome.kind === "cancelled") return [];
    const { mark, text, style } = phraseOf(outcome, this.#model.mode, durationMs);
    const said = this.#paint(outcome.kind === "done" ? "dim" : style, plainLine(text));
    return wrap(`${this.#paint(style, mark)} ${id}  ${said}`, this.#columns(), "    ");
  }
}

function endOf({ kind }: Outcome): "completed" | "failed" | "skipped" {
  if (kind === "done") return "completed";
  return kind === "failed" ? "failed" : "skipped";
}
