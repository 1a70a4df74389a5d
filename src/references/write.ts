import { randomUUID } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { Failed } from "../failure/index.ts";
import type { Mended } from "./mend.ts";

/**
 * Writes a mended file in place of the old one, whole or not at all, with its rights. Throws `Failed`
 * (`references/changed-meanwhile`) where it is not what was read any more.
 */
export async function writeMended({ file, text }: Mended): Promise<void> {
  const [now, { mode }] = [await readFile(file.key, "utf8"), await stat(file.key)];
  if (now !== file.text) throw changed(file.shown);
  const fresh = `${file.key}.mirror-${randomUUID()}`;
  try {
    await writeFile(fresh, text, { mode });
    await rename(fresh, file.key);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

function changed(file: string): Failed {
  return new Failed({
    code: "references/changed-meanwhile",
    class: "permanent",
    message: `${file} has changed since it was read`,
    hint: "Run it again",
  });
}
