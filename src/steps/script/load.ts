import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { Failed } from "../../failure/index.ts";
import type { TaskScript } from "./context.ts";
import { diagnose } from "./diagnose.ts";
import { importModule } from "./import.ts";
import { placeAt } from "./place.ts";
import { allowTypeScript } from "./strip-types.ts";

const TYPESCRIPT = new Set([".ts", ".mts"]);
const JAVASCRIPT = new Set([".js", ".mjs"]);

/**
 * The function that a task file exports by default. A file is loaded once, however many tasks run it.
 * Throws `Failed`: `task/cannot-load` with the place of the mistake, `task/no-default-export`, `task/unknown-kind`.
 */
export async function loadTask(file: string): Promise<TaskScript> {
  const extension = extname(file);
  if (TYPESCRIPT.has(extension)) allowTypeScript();
  else if (!JAVASCRIPT.has(extension)) throw unknownKind(file, extension);

  const url = pathToFileURL(file).href;
  const module = await importModule<{ readonly default?: unknown }>(url).catch(async (error) => {
    throw await diagnose(error, file);
  });
  if (typeof module.default !== "function") throw await noDefaultExport(file, module.default);
  return module.default as TaskScript;
}

function unknownKind(file: string, extension: string): Failed {
  return new Failed({
    code: "task/unknown-kind",
    class: "usage",
    message: `Task file ${file} ends in "${extension}", which is not a script that mirror runs`,
    hint: "Write the task as a .ts, .mts, .mjs or .js file with a default export",
  });
}

async function noDefaultExport(file: string, found: unknown): Promise<Failed> {
  const place = await placeAt(file, 1, 1);
  const what = found === undefined ? "has no default export" : `has a default export that is not a function`;
  return new Failed({
    code: "task/no-default-export",
    class: "usage",
    message: `Task file ${file} ${what}`,
    hint: "Write: export default async function ({ $, log }) { … }",
    ...(place === undefined ? {} : { place }),
  });
}
