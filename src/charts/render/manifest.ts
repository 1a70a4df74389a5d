import type { RenderedDocument } from "./request.ts";

/** The text that `helm template` prints of these documents. */
export function manifestOf(documents: readonly RenderedDocument[]): string {
  return documents.map(({ source, text }) => `---\n# Source: ${source}\n${text}\n`).join("");
}
