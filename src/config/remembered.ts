import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { digestOf, hexOf } from "../oci/index.ts";
import type { Reading } from "./source.ts";

/** Goes up when what a text is read as changes: another form of `Reading`, another option of the YAML library. */
const FORM = 1;

/** Whether `.mirror` is made for what is to be remembered. */
export type Memory = "where .mirror is" | "made";

/**
 * What a text was read as before, from the file where that is remembered; undefined where it is another text's, is not
 * whole, or is not there. The file's first line has the digest of the text and of the second line, which is the reading.
 */
export async function recall(file: string, text: string): Promise<Reading | undefined> {
  try {
    const remembered = await readFile(file, "utf8");
    const end = remembered.indexOf("\n");
    const reading = remembered.slice(end + 1);
    return remembered.slice(0, end) === headOf(text, reading) ? JSON.parse(reading) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Remembers what a text is read as, where the folder above the file's own is there or is to be made. To fail does no
 * harm.
 */
export async function remember(file: string, text: string, reading: Reading, memory: Memory): Promise<void> {
  const written = JSON.stringify(reading);
  const beside = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: memory === "made" }).catch(() => {});
    await writeFile(beside, `${headOf(text, written)}\n${written}`);
    await rename(beside, file);
  } catch {}
}

const headOf = (text: string, reading: string): string =>
  [FORM, hexOf(digestOf(text)), hexOf(digestOf(reading))].join(" ");
