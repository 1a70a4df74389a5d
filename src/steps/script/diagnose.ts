import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Failed, type Place } from "../../failure/index.ts";
import { placeAt, placeInStack, placeOfText } from "./place.ts";

interface Finding {
  readonly message: string;
  readonly hint: string;
  readonly place: Place | undefined;
}

/** Why a task file cannot be loaded, with the place of the mistake, be it there or in a file that it imports. */
export async function diagnose(error: unknown, file: string): Promise<Failed> {
  const found =
    (await missingImport(error, file)) ?? (await badSyntax(error, file)) ?? (await thrownWhileLoading(error, file));
  return new Failed(
    {
      code: "task/cannot-load",
      class: "usage",
      message: found.message,
      hint: found.hint,
      ...(found.place === undefined ? {} : { place: found.place }),
    },
    { cause: error },
  );
}

/** Node names what it looked for and who asked, but not the line. */
async function missingImport(error: unknown, file: string): Promise<Finding | undefined> {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) return undefined;
  const [, kind = "module", wanted = "", importer] =
    /Cannot find (module|package) '([^']+)'(?: imported from (\S+))?/.exec(error.message) ?? [];
  const importing = importer?.startsWith("file:") ? fileURLToPath(importer) : importer;
  if (importing === undefined || wanted === file)
    return { message: `There is no task file ${file}`, hint: "Correct its path", place: undefined };
  const place = await placeOfImport(
    importing,
    kind === "package"
      ? (name) => name === wanted || name.startsWith(`${wanted}/`)
      : (name) => resolve(dirname(importing), name) === wanted,
  );
  return kind === "package"
    ? {
        message: `Task file ${importing} imports package "${wanted}", which is not installed`,
        hint: "Install it beside the config, or do without it: the context of a task has $ already",
        place,
      }
    : {
        message: `Task file ${importing} imports ${wanted}, which does not exist`,
        hint: "Correct the path, with its extension as it is on disk",
        place,
      };
}

async function placeOfImport(file: string, matches: (name: string) => boolean): Promise<Place | undefined> {
  const name = importsOf(await readFile(file, "utf8").catch(() => "")).find(matches);
  return name === undefined
    ? undefined
    : ((await placeOfText(file, `"${name}"`)) ?? (await placeOfText(file, `'${name}'`)));
}

/** Node does not say where a syntax error is; another parser does. */
async function badSyntax(error: unknown, file: string): Promise<Finding | undefined> {
  if (!(error instanceof SyntaxError)) return undefined;
  const { transformSync } = await import("@swc/wasm-typescript");
  for (const candidate of await withImports(file)) {
    try {
      transformSync(await readFile(candidate, "utf8"), { mode: "strip-only", filename: candidate });
    } catch (problem) {
      const { message, startLine, startColumn } = problem as SyntaxProblem;
      const place = await placeAt(candidate, startLine ?? 1, (startColumn ?? 0) + 1);
      return {
        message: `Task file ${candidate} cannot be read: ${message}`,
        hint: HINTS[(problem as SyntaxProblem).code] ?? CORRECT,
        place,
      };
    }
  }
  return undefined;
}

/** What @swc/wasm-typescript throws, which is no Error; lines count from 1, columns from 0. */
interface SyntaxProblem {
  readonly code: string;
  readonly message: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

const CORRECT = "Correct the line";
const HINTS: Readonly<Record<string, string>> = {
  UnsupportedSyntax: "Write it in plain JavaScript: types are taken away from a task, nothing is compiled",
};

/** A file and all that it imports by relative path, itself first. */
async function withImports(file: string): Promise<readonly string[]> {
  const found = new Set([file]);
  for (const importing of found) {
    const source = await readFile(importing, "utf8").catch(() => "");
    for (const name of importsOf(source)) if (name.startsWith(".")) found.add(resolve(dirname(importing), name));
  }
  return [...found];
}

/** The names a source imports, by how imports are written: the source may be one that no parser accepts. */
function importsOf(source: string): readonly string[] {
  return [...source.matchAll(/\b(?:from|import)\s*\(?\s*(["'])([^"'\n]+)\1/g)].map((match) => match[2] ?? "");
}

/** A missing name in an import, or an error of the file's own top level. */
async function thrownWhileLoading(error: unknown, file: string): Promise<Finding> {
  const text = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return {
    message: `Task file ${file} fails while it is loaded: ${text}`,
    hint: CORRECT,
    place: await placeInStack(stack, file),
  };
}
