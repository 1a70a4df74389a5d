import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "../../src/config/index.ts";
import { type Failure, failuresOf } from "../../src/failure/index.ts";
import { renderFailure } from "../../src/report/failure.ts";

const FOLDER = join(fileURLToPath(import.meta.url), "../golden");
const DIVIDER = "=== printed ===\n";

/**
 * Reads the config in the upper half of `golden/CASE.txt`, from a folder that has `tasks/build_push.mjs` beside it,
 * and compares what is printed with the lower half. With `UPDATE_GOLDEN=1` in the environment that half is written.
 * An empty upper half is a config that is not there. Read a second time, from what was remembered, it prints the same.
 */
export async function expectGolden(name: string, env: Record<string, string> = {}): Promise<void> {
  const file = join(FOLDER, `${name}.txt`);
  const [config = "", expected] = (await readFile(file, "utf8")).split(DIVIDER);
  const printed = await print(config, env);
  if (process.env.UPDATE_GOLDEN === "1") await writeFile(file, `${config}${DIVIDER}${printed}`);
  else assert.equal(printed, expected, `golden/${name}.txt differs:\n${difference(expected ?? "", printed)}`);
}

async function print(config: string, env: Record<string, string>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "mirror-golden-"));
  try {
    await mkdir(join(cwd, "tasks"));
    await writeFile(join(cwd, "tasks/build_push.mjs"), "export default async () => {};\n");
    await mkdir(join(cwd, ".mirror"));
    if (config !== "") await writeFile(join(cwd, "mirror.config.yaml"), config);
    const [first, second] = [await linesOf(cwd, env), await linesOf(cwd, env)];
    assert.equal(second, first);
    return first;
  } finally {
    await rm(cwd, { recursive: true });
  }
}

async function linesOf(cwd: string, env: Record<string, string>): Promise<string> {
  try {
    const { warnings } = await readConfig({ path: "mirror.config.yaml", env, cwd });
    return lines(warnings, "warning");
  } catch (thrown) {
    return lines(failuresOf(thrown), "error");
  }
}

function lines(failures: readonly Failure[], severity: "error" | "warning"): string {
  return failures.map((failure) => `${renderFailure(failure, { color: "off", severity })}\n`).join("\n");
}

/** Lines that only one of two texts has. */
function difference(expected: string, actual: string): string {
  const [left, right] = [expected.split("\n"), actual.split("\n")];
  const gone = left.filter((line) => !right.includes(line)).map((line) => `- ${line}`);
  const come = right.filter((line) => !left.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].join("\n");
}
