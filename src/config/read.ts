import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { Failed, FailedTogether, type Failure } from "../failure/index.ts";
import type { Config } from "./config.ts";
import { parseConfig } from "./parse.ts";
import { Problems } from "./problems.ts";
import { readYamlFile } from "./read-yaml.ts";
import { Reader } from "./reader.ts";
import type { Memory } from "./remembered.ts";
import { checkSchema } from "./schema-errors.ts";
import { type Environment, Variables } from "./variables.ts";

export interface ReadOptions {
  /** The file; its folder is where relative paths in it start. */
  readonly path: string;
  readonly env: Environment;
  /** Where a relative `path` starts; places then show the file as seen from there. */
  readonly cwd?: string;
  /** Whether a file or folder that a key names need not be there, by the way to the key. */
  readonly mayLack?: (path: readonly string[]) => boolean;
  /** What the file is read as is remembered in `.mirror` beside it: where that folder is, unless it is to be made. */
  readonly memory?: Memory;
}

/**
 * Reads a config: YAML, schema, variables, and whether what it names is there. Secrets are not read yet.
 * Rejects with `FailedTogether` that has everything that is wrong, in the order of the file.
 */
export async function readConfig({ path, env, cwd, mayLack = () => false, memory }: ReadOptions): Promise<Config> {
  const file = cwd === undefined ? resolve(path) : resolve(cwd, path);
  const shown = shownAs(file, cwd);
  const yaml = await readYamlFile(file, shown, await textOf(file, shown), memory);
  if (yaml.unreadable.length > 0) throw new FailedTogether(yaml.unreadable);

  const { source } = yaml;
  const problems = new Problems(source);
  for (const failure of yaml.readable) problems.add(failure);
  const { raw, names } = checkSchema(yaml, problems);
  const variables = new Variables(raw.vars ?? {}, { env, source, problems, names });
  const reader = new Reader({ source, problems, variables, names, env, folder: dirname(file), mayLack });
  const config = await parseConfig(raw, reader, file);
  if (problems.failures.length > 0) throw new FailedTogether(problems.inOrder());
  return { ...config, warnings: problems.warnings };
}

function shownAs(file: string, cwd: string | undefined): string {
  if (cwd === undefined) return file;
  const path = relative(cwd, file);
  return path.startsWith("..") ? file : path;
}

async function textOf(file: string, shown: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new Failed(unreadable(shown, cause), { cause });
  }
}

function unreadable(file: string, cause: unknown): Failure {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return {
      code: "config/no-config",
      class: "usage",
      message: `There is no ${file}`,
      hint: "Go to the folder of a mirror.config.yaml, or name one with --config FILE",
    };
  }
  return {
    code: "config/unreadable",
    class: "usage",
    message: `${file} cannot be read: ${code === "EISDIR" ? "it is a folder" : code}`,
    hint: code === "EISDIR" ? "Name the file in it with --config FILE" : "Check the rights of the file",
  };
}
