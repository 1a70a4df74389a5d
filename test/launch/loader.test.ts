import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import { Loader } from "../../src/launch/loader.ts";

const folder = mkdtempSync(join(tmpdir(), "mirror-loader-"));
writeFileSync(
  join(folder, "main.cjs"),
  `const other = require("./other.cjs");
   exports.sum = (a, b) => other.add(a, b);
   exports.again = () => require("./other.cjs") === other;
   exports.base = (path) => require("node:path").basename(path);
   exports.name = __filename;`,
);
writeFileSync(
  join(folder, "other.cjs"),
  `exports.add = (a, b) => a + b; exports.circle = () => require("./main.cjs").name;`,
);

interface Main {
  sum(a: number, b: number): number;
  again(): boolean;
  base(path: string): string;
  name: string;
}

test("files load each other and Node's modules, each once", () => {
  const main = new Loader(folder, new Map()).load("./main.cjs") as Main;
  assert.equal(main.sum(1, 2), 3);
  assert.equal(main.again(), true);
  assert.equal(main.base("/a/b"), "b");
  assert.equal(main.name, join(folder, "main.cjs"));
});

test("compiled code is used, and does the same", () => {
  const first = new Loader(folder, new Map());
  (first.load("./main.cjs") as Main).sum(1, 2);
  assert.equal(first.compiledAnew, true);
  const second = new Loader(folder, first.code());
  const main = second.load("./main.cjs") as Main;
  assert.equal(second.compiledAnew, false);
  assert.equal(main.sum(1, 2), 3);
});

test("code of files that were not loaded this time stays, unless the file is gone", () => {
  const both = new Loader(folder, new Map());
  both.load("./main.cjs");
  const one = new Loader(folder, new Map([...both.code(), ["./gone.cjs", Buffer.from("old")]]));
  one.load("./other.cjs");
  assert.deepEqual([...one.code().keys()].sort(), ["./main.cjs", "./other.cjs"]);
});

test("code of another source is not used", () => {
  const first = new Loader(folder, new Map());
  first.load("./main.cjs");
  writeFileSync(join(folder, "other.cjs"), "exports.add = (a, b) => a + b + 100;");
  const second = new Loader(folder, first.code());
  assert.equal((second.load("./main.cjs") as Main).sum(2, 2), 104);
  assert.equal(second.compiledAnew, true);
});

test("a file that is not there is thrown", () => {
  assert.throws(() => new Loader(folder, new Map()).load("./none.cjs"), /none\.cjs/);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
