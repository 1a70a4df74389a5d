import { createRequire, register } from "node:module";
import { features } from "node:process";
import { pathToFileURL } from "node:url";

/**
 * Runs in Node's thread of module hooks ("Customization Hooks" in its documentation); as a text it needs no file of
 * its own beside the built program. Types become blanks, so that every place stays where it was. The place of a
 * mistake does not come across to this thread; diagnose.ts finds it again.
 */
const HOOK = `
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

let transformSync;

export async function initialize(compiler) {
  ({ transformSync } = (await import(compiler)).default);
}

export async function load(url, context, next) {
  const path = url.startsWith("file:") ? fileURLToPath(url.replace(/[?#].*$/, "")) : "";
  if (!/\\.m?ts$/.test(path)) return next(url, context);
  const source = await readFile(path, "utf8");
  try {
    const { code } = transformSync(source, { mode: "strip-only", filename: path });
    return { format: "module", shortCircuit: true, source: code };
  } catch (problem) {
    throw new SyntaxError(problem.message);
  }
}
`;

let registered = false;

/** Makes `.ts` files importable, which Node itself does from 22.18 on. */
export function allowTypeScript(): void {
  const native = "typescript" in features && Boolean(features.typescript);
  if (native || registered) return;
  registered = true;
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const compiler = createRequire(import.meta.url).resolve("@swc/wasm-typescript");
  register(hook, { data: pathToFileURL(compiler).href });
}
