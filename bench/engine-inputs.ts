import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** The engine with a program around it, bundled as the shipped program is. Gives the path of the bundle. */
export async function bundleEngine(folder: string): Promise<string> {
  const outfile = join(folder, "engine.mjs");
  const entry = join(here, "engine-program.ts");
  await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", platform: "node", target: "node20" });
  return outfile;
}

/** `all` needs so many groups, in chains of ten. None has a script; all stand on one task, whose script is empty. */
export async function writeConfig(folder: string, groups: number): Promise<string> {
  await write(folder, "nothing.mjs", "export default () => {};\n");
  const tasks = names("group", groups).map((name, at) => {
    const needed = at % 10 === 0 ? "nothing" : `group-${at - 1}`;
    return `  ${name}: { needs: [${needed}] }`;
  });
  const rest = ["  nothing: { run: nothing.mjs }", `  all: { needs: ["group-*"] }`];
  return write(folder, "mirror.config.yaml", configOf([...rest, ...tasks]));
}

/** `all` needs so many tasks of one file, whose default export runs `true`. */
export async function writeTasks(folder: string, count: number, how: "zx" | "child_process"): Promise<string> {
  await write(folder, "task.mjs", how === "zx" ? taskWithZx : taskWithSpawn);
  const tasks = names("task", count).map((name) => `  ${name}: { run: task.mjs }`);
  return write(folder, "mirror.config.yaml", configOf([...tasks, `  all: { needs: ["task-*"] }`]));
}

/** `all` needs so many tasks that run `true` by themselves. */
export function writeCommands(folder: string, count: number): Promise<string> {
  const tasks = names("task", count).map((name) => `  ${name}: { run: ["true"] }`);
  return write(folder, "mirror.config.yaml", configOf([...tasks, `  all: { needs: ["task-*"] }`]));
}

const configOf = (tasks: readonly string[]): string => ["version: 1", "tasks:", ...tasks, ""].join("\n");

const taskWithZx = "export default ({ $ }) => $`true`;\n";

const taskWithSpawn = `
import { spawn } from "node:child_process";
export default ({ env }) =>
  new Promise((resolve, reject) => {
    const child = spawn("true", { env, stdio: "ignore", detached: true });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error("true ended with " + code))));
  });
`;

export function writeMakefile(folder: string, targets: number, recipe: "touch" | "true"): Promise<string> {
  const all = names("target", targets).join(" ");
  const command = recipe === "touch" ? "@touch $@" : "@true";
  const phony = recipe === "touch" ? "all" : `all ${all}`;
  return write(folder, "Makefile", `.PHONY: ${phony}\nall: ${all}\n${all}:\n\t${command}\n`);
}

export function writeNinjaFile(folder: string, targets: number, recipe: "touch" | "true"): Promise<string> {
  const command = recipe === "touch" ? "touch $out" : "true";
  const builds = names("ninja", targets).map((name) => `build ${name}: one`);
  return write(folder, "build.ninja", `rule one\n  command = ${command}\n${builds.join("\n")}\n`);
}

const names = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

async function write(folder: string, name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
  return folder;
}
