// Runs in the thread of module hooks, registered by strip-types.ts on versions of Node that cannot read TypeScript.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/wasm-typescript";

/** The part of a `load` hook's surroundings that is used here (Node, "Customization Hooks"). */
type NextLoad = (url: string, context: unknown) => Promise<unknown>;

/** Gives `.ts` and `.mts` files as JavaScript: types become blanks, so that every place stays where it was. */
export async function load(url: string, context: unknown, next: NextLoad): Promise<unknown> {
  const path = url.startsWith("file:") ? fileURLToPath(url.replace(/[?#].*$/, "")) : "";
  if (!/\.m?ts$/.test(path)) return next(url, context);
  return { format: "module", shortCircuit: true, source: strip(await readFile(path, "utf8"), path) };
}

function strip(source: string, path: string): string {
  try {
    return transformSync(source, { mode: "strip-only", filename: path }).code;
  } catch (problem) {
    // Only errors cross the border between threads with their message; the place is found again by diagnose.ts.
    const { message } = problem as { readonly message?: string };
    throw new SyntaxError(message ?? String(problem));
  }
}
