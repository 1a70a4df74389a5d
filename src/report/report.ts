import type { Event } from "../engine/index.ts";
import { unreachable } from "../failure/index.ts";
import type { ReportKind } from "./choose.ts";
import { jsonReader } from "./json.ts";
import { linesReader } from "./lines.ts";
import { liveReader } from "./live/live.ts";
import type { Mask } from "./mask.ts";
import { maskEvent } from "./mask-event.ts";
import { RunModel } from "./model.ts";
import { quietReader } from "./quiet.ts";
import type { Reader, ReaderOptions } from "./reader.ts";
import { afterUnref } from "./timer.ts";

/** Shows a run to a person or a program, from nothing but its events. */
export interface Report {
  readonly on: (event: Event) => void;
  /**
   * Writes the summary (not in `json`) and gives the terminal back. Everything is written before this returns; the
   * promise is for what must wind down. Events that come later are not shown.
   */
  readonly close: () => Promise<void>;
}

export type ReportOptions = Omit<ReaderOptions, "after" | "stamp"> &
  Partial<Pick<ReaderOptions, "after" | "stamp">> & {
    readonly kind: ReportKind;
    /** Secrets that may not be shown. */
    readonly mask: Mask;
  };

/** Opens a report in one of its forms. A terminal without columns cannot be drawn on and gets lines. */
export function createReport({ kind, mask, ...options }: ReportOptions): Report {
  const model = new RunModel();
  const drawable = kind !== "live" || (options.out.columns ?? 0) > 0;
  const reader = readerOf(drawable ? kind : "lines", model, { after: afterUnref, stamp: "clock", ...options });
  let closing: Promise<void> | undefined;
  return {
    on: (event) => {
      if (closing !== undefined) return;
      const shown = maskEvent(event, mask);
      model.apply(shown);
      reader.on(shown);
    },
    close: () => {
      closing ??= reader.close();
      return closing;
    },
  };
}

function readerOf(kind: ReportKind, model: RunModel, options: ReaderOptions): Reader {
  switch (kind) {
    case "live":
      return liveReader(model, options);
    case "lines":
      return linesReader(model, options);
    case "json":
      return jsonReader(options);
    case "quiet":
      return quietReader(model, options);
    default:
      return unreachable(kind);
  }
}
