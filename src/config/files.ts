import { readdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { nearest } from "../failure/index.ts";
import type { Cursor } from "./cursor.ts";
import type { Problem } from "./problems.ts";

/** A file or folder that the config names and that must be there. */
export interface ExpectedFile {
  /** Absolute. */
  readonly path: string;
  /** As the config writes it. */
  readonly written: string;
  readonly kind: "file" | "folder";
  /** The key that names it. */
  readonly name: string;
  readonly cursor: Cursor<string>;
}

/** What is wrong with files that must be there. */
export async function checkFiles(
  files: readonly ExpectedFile[],
): Promise<readonly { cursor: Cursor<string>; problem: Problem }[]> {
  const found = await Promise.all(
    files.map(async (file) => {
      const problem = await problemOf(file);
      return problem === undefined ? [] : [{ cursor: file.cursor, problem }];
    }),
  );
  return found.flat();
}

async function problemOf({ path, written, kind, name }: ExpectedFile): Promise<Problem | undefined> {
  const there = await kindAt(path);
  if (there === kind) return undefined;
  if (there === undefined) {
    const message = `${name} names ${written}, and there is no such ${kind}`;
    return { code: "no-such-file", message, hint: await hintFor(path, written) };
  }
  return { code: "no-such-file", message: `${name} must name a ${kind}, and ${written} is a ${there}` };
}

async function kindAt(path: string): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return "folder";
    return stats.isFile() ? "file" : "special file";
  } catch {
    return undefined;
  }
}

/** A neighbour of nearly the same name, or which part of the path is missing. */
async function hintFor(path: string, written: string): Promise<string> {
  const neighbours = await readdir(dirname(path)).catch(() => undefined);
  if (neighbours === undefined) return `Make it; ${dirname(written)} is not there either`;
  const near = nearest(basename(path), neighbours);
  if (near === undefined) return "Make it, or correct the path: it is relative to the folder of the config";
  const folder = dirname(written);
  return `Did you mean "${folder === "." ? "" : `${folder}/`}${near}"?`;
}
