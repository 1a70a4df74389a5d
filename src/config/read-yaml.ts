import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseDocument } from "yaml";
import type { Failure } from "../failure/index.ts";
import { outlineOf, secretSpans } from "./outline.ts";
import { type Memory, recall, remember } from "./remembered.ts";
import { type Reading, Source } from "./source.ts";
import { syntaxFailures } from "./syntax-errors.ts";

/** A YAML text, read. */
export interface YamlText {
  readonly source: Source;
  /** Where there is anything, the rest of the text means nothing. */
  readonly unreadable: readonly Failure[];
  /** What is wrong, but can be read nevertheless. */
  readonly readable: readonly Failure[];
  /** The value as plain data. Throws an `Error` where it cannot be had: aliases of aliases, too many of them. */
  readonly value: () => unknown;
}

/** Reads a YAML text; `shown` is the name that places show. */
export function readYaml(shown: string, text: string): YamlText {
  return parse(shown, text).read;
}

/**
 * Reads the text of a YAML file that is read each time mirror starts. What it was read as is remembered under
 * `.mirror/readings` beside the file, where nothing is wrong with the text: to read it anew takes longer than all that a
 * run with nothing to do does before its first request.
 */
export async function readYamlFile(
  path: string,
  shown: string,
  text: string,
  memory: Memory = "where .mirror is",
): Promise<YamlText> {
  const file = join(dirname(path), ".mirror", "readings", `${basename(path)}.json`);
  const known = await recall(file, text);
  if (known !== undefined) {
    return { source: new Source(shown, text, known), unreadable: [], readable: [], value: () => known.value };
  }
  const { read, where } = parse(shown, text);
  if (read.unreadable.length + read.readable.length === 0) {
    const reading = asReading(read, where);
    if (reading !== undefined) await remember(file, text, reading, memory);
  }
  return read;
}

type Where = Omit<Reading, "value">;

function parse(shown: string, text: string): { readonly read: YamlText; readonly where: Where } {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, merge: true, logLevel: "error" });
  const where = { outline: outlineOf(document), secrets: secretSpans(document) };
  const source = new Source(shown, text, where);
  return { read: { source, ...syntaxFailures(source, document), value: () => document.toJS() }, where };
}

/** Undefined where the value cannot be had, or is not the same when JSON has kept it (`.inf`). */
function asReading({ value }: YamlText, where: Where): Reading | undefined {
  try {
    const reading = { ...where, value: value() };
    return isDeepStrictEqual(JSON.parse(JSON.stringify(reading)), reading) ? reading : undefined;
  } catch {
    return undefined;
  }
}
