import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";

const root = fileURLToPath(new URL("..", import.meta.url));

/** From the top down. An import goes to a later row, or sideways inside one folder; never between two of one row. */
const layers = [
  ["launcher.ts"],
  ["launch"],
  ["cli.ts", "index.ts"],
  ["commands"],
  ["report"],
  ["status"],
  ["references", "steps"],
  ["plan"],
  ["release"],
  ["registries"],
  ["charts", "sources", "builds"],
  ["certification"],
  ["bundle"],
  ["config"],
  ["engine", "oci"],
  ["versions"],
  ["failure", "json", "units"],
];

/** What a task started must not outlive mirror, however mirror ends: this asks the process itself for its end. */
const endsChildren = new Set(["src/steps/process/children.ts"]);

const sources = filesBelow("src").filter((path) => /\.ts$/.test(path) && !/\.gen\./.test(path));
const written = ["src", "test", "bench", "tasks", "examples"]
  .flatMap(filesBelow)
  .filter((path) => /\.(ts|mjs)$/.test(path) && !/\.gen\.|node_modules/.test(path));

test("there is something to look at", () => {
  assert.ok(sources.length > 10 && written.length > sources.length);
});

test("every folder of src has its place in the layers", () => {
  assert.deepEqual(
    sources.filter((path) => rowOf(path) === -1),
    [],
  );
});

test("imports go down the layers or sideways inside one folder, never up", () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter((target) => partOf(target) !== partOf(path) && rowOf(target) <= rowOf(path))
      .map((target) => `${path} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test("the process and the console belong to the start of the program and report/", () => {
  const ambient = /\bconsole\.|(?<![.\w])process\.(env|argv|cwd|chdir|std\w+|exit\w*|on|once|kill|platform|hrtime)\b/;
  const wrong = sources
    .filter((path) => !["cli.ts", "launcher.ts", "launch", "report"].includes(partOf(path)))
    .filter((path) => !endsChildren.has(path))
    .filter((path) => ambient.test(code(path)) || /import (?!\{ (kill|features) \}).*"node:process"/.test(read(path)));
  assert.deepEqual(wrong, []);
});

test("no file has more than 350 lines", () => {
  const long = written.map((path) => `${path}: ${read(path).split("\n").length - 1}`);
  assert.deepEqual(
    long.filter((line) => Number(line.split(": ")[1]) > 350),
    [],
  );
});

test("every test file runs its tests", () => {
  const tests = written.filter((path) => path.endsWith(".test.ts"));
  assert.deepEqual(
    tests.filter((path) => !/^\S*\.run\(\);$/m.test(read(path))),
    [],
  );
});

test("a test stands where its source stands", () => {
  const lost = written
    .filter((path) => /^test\/\w+\/.*\.test\.ts$/.test(path) && !/^test\/(rig|integration|oci\/quirks)\//.test(path))
    .filter((path) => !folders.has(dirname(path).replace(/^test/, "src")));
  assert.deepEqual(lost, []);
});

const folders = new Set(sources.map(dirname));

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`);
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Without comments and strings, roughly: what is left of a template may hide some code, never invent any. */
function code(path: string): string {
  return read(path)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

/** What a file imports of src, as paths from the root. */
function importsOf(path: string): string[] {
  const found = read(path).matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*"(\.[^"]+)"/g);
  return [...found].map((match) => join(dirname(path), match[1] ?? "")).filter((target) => target.startsWith("src/"));
}

function partOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function rowOf(path: string): number {
  return layers.findIndex((row) => row.includes(partOf(path)));
}

test.run();
