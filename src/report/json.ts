import type { Reader, ReaderOptions } from "./reader.ts";

/** NDJSON: each event as it is, one a line, on the output; a run can be replayed from it. */
export function jsonReader({ out }: ReaderOptions): Reader {
  return {
    on: (event) => out.write(`${JSON.stringify(event)}\n`),
    close: () => Promise.resolve(),
  };
}
