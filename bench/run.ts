/**
 * Runs benchmarks, one after the other: `npm run bench [name…] [-- --rounds N] [-- --write]`. A name is the front
 * of a file's name. Prints what they print; with `--write` also puts it into bench/results/<name>.md.
 * Ends with 1 where one of them missed a goal or failed.
 */
import { spawn } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const folder = dirname(fileURLToPath(import.meta.url));
const ending = ".bench.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string" }, write: { type: "boolean", default: false } },
  });
  const files = (await readdir(folder)).filter((file) => file.endsWith(ending)).sort();
  const chosen = files.filter((file) => positionals.length === 0 || positionals.some((name) => file.startsWith(name)));
  if (chosen.length === 0) {
    console.error(`no benchmark is called ${positionals.join(" or ")}; there are: ${files.map(nameOf).join(", ")}`);
    return 2;
  }
  let exitCode = 0;
  for (const file of chosen) {
    console.log(`# ${nameOf(file)}\n`);
    const { code, output } = await runFile(file, values.rounds === undefined ? [] : ["--rounds", values.rounds]);
    console.log();
    if (code !== 0) exitCode = 1;
    if (values.write) await write(nameOf(file), output);
  }
  return exitCode;
}

function nameOf(file: string): string {
  return file.slice(0, -ending.length);
}

function runFile(file: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(folder, file), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

async function write(name: string, output: string): Promise<void> {
  await mkdir(join(folder, "results"), { recursive: true });
  await writeFile(join(folder, "results", `${name}.md`), `# ${name}\n\n${output}`);
}
