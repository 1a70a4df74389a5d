import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

type Body = () => Promise<void> | void;
type Test = (name: string, body: Body) => void;

/** The start of the lines by which a test file tells `test/run.ts` what it did not run, and why. */
export const skippedPrefix = "skipped: ";

/**
 * A `test` that runs only where nothing is missing. Each of `missing` is undefined for what is there, or a sentence
 * that says what is not; the tests are then listed as skipped with that reason, and never count as passed.
 *
 *     const integration = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));
 *     integration("an image arrives byte for byte", async () => { … });
 */
export function requires(test: Test, ...missing: readonly (string | undefined)[]): Test {
  const reasons = missing.filter((reason) => reason !== undefined);
  if (reasons.length === 0) return test;
  return (name) => console.log(`${skippedPrefix}${name} — ${reasons.join("; ")}`);
}

/** Why a command cannot be used here, or undefined where it can. Where Debian keeps root's commands is searched too. */
export function missingCommand(name: string): string | undefined {
  return findCommand(name) === undefined ? `${name} is not installed` : undefined;
}

/** Why root's powers cannot be used here, or undefined where they can. */
export function missingRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : "it needs root";
}

/** Where a command stands, or undefined. */
export function findCommand(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
