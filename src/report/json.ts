import { batched } from "./batch.ts";
import type { Reader, ReaderOptions } from "./reader.ts";

/** NDJSON: each event as it is, one a line, on the output; a run can be replayed from it. */
export function jsonReader({ out, after }: ReaderOptions): Reader {
  const { write, flush } = batched(out, after);
  return {
    on: (event) => write(`${JSON.stringify(event)}\n`),
    close: async () => flush(),
  };
}
