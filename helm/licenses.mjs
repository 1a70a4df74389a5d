/**
 * Writes LICENSES.txt: the licences and notices of everything that is compiled into the engine, as the modules
 * themselves carry them. Run it with `node helm/licenses.mjs` after what go.mod names has changed.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const LEGAL = /^(licen[cs]e|notice|copying|patents)/i;
const OWN = /^mirror\//;

const texts = new Map();
add("Go, its runtime and its library", goSays(["env", "GOROOT"]).trim());
for (const [name, folder] of modules()) add(name, folder);
const parts = [...texts].map(([text, names]) => `${"=".repeat(80)}\n${names.join("\n")}\n\n${text}\n`);
writeFileSync(
  join(here, "LICENSES.txt"),
  `engine.wasm.br contains these, each under its own terms.\n\n${parts.join("\n")}`,
);

/** The modules that something is compiled of, without those that stand in for others. */
function modules() {
  const format = "{{with .Module}}{{if not .Replace}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}";
  const lines = goSays(["list", "-deps", "-f", format, "."]).split("\n");
  return [...new Set(lines)]
    .filter((line) => line !== "" && !OWN.test(line))
    .sort()
    .map((line) => line.split("\t"));
}

function goSays(args) {
  const env = { ...process.env, GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "" };
  return execFileSync("go", args, { cwd: here, env, encoding: "utf8" });
}

/** Texts that several have word by word are written once. */
function add(name, folder) {
  const files = readdirSync(folder).filter((file) => LEGAL.test(file));
  if (files.length === 0) throw new Error(`${name} has no licence in ${folder}`);
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8").trim();
    texts.set(text, [...(texts.get(text) ?? []), `${name} (${file})`]);
  }
}
