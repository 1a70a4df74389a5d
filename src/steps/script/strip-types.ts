import { register } from "node:module";
import { features } from "node:process";

let registered = false;

/** Makes `.ts` files importable, which Node itself does from 22.18 on. */
export function allowTypeScript(): void {
  const native = "typescript" in features && Boolean(features.typescript);
  if (native || registered) return;
  registered = true;
  // The hook is a file of its own, beside this one as source and beside the program once built.
  register(import.meta.url.endsWith(".ts") ? "./strip-hook.ts" : "./strip-hook.js", import.meta.url);
}
