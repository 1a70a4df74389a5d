import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Config, readConfig } from "../../src/config/index.ts";
import { type Failure, failuresOf } from "../../src/failure/index.ts";

export interface Given {
  readonly env?: Record<string, string>;
  /** Files beside the config, by path. */
  readonly files?: Record<string, string>;
}

/** Writes a config and files beside it into a folder of their own, reads it, and hands it to `check`. */
export async function withConfig(
  text: string,
  { env = {}, files = {} }: Given,
  check: (config: Config, folder: string) => Promise<void> | void,
): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), "mirror-config-"));
  try {
    for (const [path, content] of Object.entries({ ...files, "mirror.config.yaml": text })) {
      await mkdir(dirname(join(cwd, path)), { recursive: true });
      await writeFile(join(cwd, path), content);
    }
    await check(await readConfig({ path: "mirror.config.yaml", env, cwd }), cwd);
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** What is wrong with a config, as `code line:column length`. */
export async function failuresIn(text: string, given: Given = {}): Promise<string[]> {
  return (await failuresOfConfig(text, given)).map(
    ({ code, place }) => `${code} ${place?.line}:${place?.column} ${place?.length}`,
  );
}

/** What is wrong with a config. */
export async function failuresOfConfig(text: string, given: Given = {}): Promise<readonly Failure[]> {
  try {
    await withConfig(text, given, () => undefined);
    return [];
  } catch (thrown) {
    return failuresOf(thrown);
  }
}
