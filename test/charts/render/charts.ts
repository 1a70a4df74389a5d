import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Failure, failureOf } from "../../../src/failure/index.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/charts", import.meta.url));

/** Has every power of a chart: see its templates. */
export const powers = join(fixtures, "powers");
/** Has everything wrong with it that a rendering may go past. */
export const wrong = join(fixtures, "wrong");
/** Takes too much: of what, `does` says. */
export const heavy = join(fixtures, "heavy");

/** A chart of these files in a folder of its own; without a Chart.yaml it gets one. */
export async function chartOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-chart-"));
  const all = { "Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n", ...files };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

export async function failureFrom(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.then(
    () => "done",
    (error: unknown) => failureOf(error),
  );
  if (typeof outcome === "string") throw new Error("it did not fail");
  return outcome;
}
