import { resolve } from "node:path";
import { Failed } from "../failure/index.ts";
import type { Host } from "./command.ts";

/** The files of an archive as they were named, from the root on; undefined where none was. */
export function filesOf(host: Host, names: readonly string[]): readonly [string, ...string[]] | undefined {
  const [first, ...rest] = names.map((name) => resolve(host.cwd, name));
  return first === undefined ? undefined : [first, ...rest];
}

/** The same, where there has to be one. Throws `Failed` (class `usage`). */
export function someFiles(host: Host, names: readonly string[], command: string): readonly [string, ...string[]] {
  const files = filesOf(host, names);
  if (files !== undefined) return files;
  throw new Failed({
    code: "usage/no-file",
    class: "usage",
    message: `${command} has nothing to read`,
    hint: `Name an archive: ${command} release.tar`,
  });
}
