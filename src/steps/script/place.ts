import { readFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../../failure/index.ts";

const FRAME = /(file:\/\/[^\s()]+?):(\d+)(?::(\d+))?(?=[\s)]|$)/g;

/**
 * The place in a person's own code that a stack speaks of: its first position in the task's folder or below,
 * packages left out. Undefined where there is none.
 */
export async function placeInStack(stack: string, taskFile: string): Promise<Place | undefined> {
  const folder = dirname(taskFile) + sep;
  for (const [, url, line, column] of stack.matchAll(FRAME)) {
    const file = fileURLToPath((url ?? "").replace(/[?#].*$/, ""));
    if (!file.startsWith(folder) || file.includes(join(sep, "node_modules", sep))) continue;
    return placeAt(file, Number(line), Number(column ?? 1));
  }
  return undefined;
}

/** A position of a file, counted from 1, with the text of its line; the caret underlines what begins there. */
export async function placeAt(file: string, line: number, column: number): Promise<Place | undefined> {
  const source = await readFile(file, "utf8").catch(() => undefined);
  const text = source?.split(/\r?\n/)[line - 1];
  if (text === undefined) return undefined;
  const start = startOfCommand(text, column);
  return { file, line, column: start, length: lengthOfWord(text.slice(start - 1)), text };
}

/** The place where a text first stands in a file. */
export async function placeOfText(file: string, wanted: string): Promise<Place | undefined> {
  const source = await readFile(file, "utf8").catch(() => "");
  const lines = source.split(/\r?\n/);
  const index = lines.findIndex((line) => line.includes(wanted));
  const text = lines[index];
  if (text === undefined) return undefined;
  return { file, line: index + 1, column: text.indexOf(wanted) + 1, length: wanted.length, text };
}

/** Of a template with a tag, V8 names the place of the backtick; a person looks for the `$` before it. */
function startOfCommand(text: string, column: number): number {
  if (text[column - 1] !== "`") return column;
  const tag = /[\w.]*\$\w*(?:\([^`]*\))?$/.exec(text.slice(0, column - 1));
  return tag === null ? column : tag.index + 1;
}

/** A command is underlined whole, as far as its line goes; anything else to the end of the name. */
function lengthOfWord(rest: string): number {
  const command = /^[\w.]*\$\w*(?:\([^`]*\))?`[^`]*`?/.exec(rest);
  if (command !== null) return command[0].trimEnd().length;
  return /^(?:new |throw )?[\w$.]+/.exec(rest)?.[0].length ?? 1;
}
