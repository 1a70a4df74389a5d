import { type Document, LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import { Failed, type Place } from "../failure/index.ts";

/** A manifest as it stands in its file, with its structure beside it. */
export interface ManifestText {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly Document.Parsed[];
  /** The place of a part of the text. */
  placeOf(start: number, end: number): Place;
}

/** Reads a YAML or JSON manifest. Throws `Failed` (`bundle/bad-yaml`) with the place of the first mistake. */
export function readManifest(text: string, file: string): ManifestText {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false, keepSourceTokens: false });
  const documents = "empty" in parsed ? [] : parsed;
  const placeOf = (start: number, end: number) => placeIn(text, file, lineCounter, start, end);
  for (const { errors } of documents) for (const error of errors) throw badYaml(error, file, placeOf);
  return { file, text, documents, placeOf };
}

function placeIn(text: string, file: string, counter: LineCounter, start: number, end: number): Place {
  const { line, col } = counter.linePos(start);
  const lineText = text.slice(start - col + 1).split(/\r?\n/, 1)[0] ?? "";
  const length = Math.max(1, Math.min(end - start, lineText.length - col + 1));
  return { file, line: Math.max(1, line), column: Math.max(1, col), length, text: lineText };
}

function badYaml(error: YAMLError, file: string, placeOf: ManifestText["placeOf"]): Failed {
  const [start, end] = error.pos;
  return new Failed({
    code: "bundle/bad-yaml",
    class: "usage",
    message: `Manifest ${file} is not YAML: ${error.message}`,
    hint: "Correct the manifest",
    place: placeOf(start, end),
  });
}
