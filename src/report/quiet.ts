import { renderFailure } from "./failure.ts";
import type { RunModel } from "./model.ts";
import { createPaint } from "./paint.ts";
import { phraseOf } from "./phrase.ts";
import type { Reader, ReaderOptions } from "./reader.ts";
import { renderSummary } from "./summary.ts";
import { plainLine } from "./width.ts";

/** Warnings and failures on the error output as they happen; at the end the summary on the output. */
export function quietReader(model: RunModel, { out, err, color }: ReaderOptions): Reader {
  const paint = createPaint(color);
  return {
    on: (event) => {
      if (event.type === "warning") err.write(`${renderFailure(event.failure, { color, severity: "warning" })}\n`);
      if (event.type === "node-settled" && event.outcome.kind === "failed") {
        const { text, style } = phraseOf(event.outcome, model.mode, event.durationMs);
        err.write(`${event.id}  ${paint(style, plainLine(text))}\n`);
      }
    },
    close: async () => {
      if (model.started) out.write(renderSummary(model, { color }));
    },
  };
}
