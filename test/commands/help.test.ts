import assert from "node:assert/strict";
import { test } from "uvu";
import { helpOf, overview } from "../../src/commands/help.ts";
import { commands } from "../../src/commands/table/index.ts";

const widths = [60, 80, 100, 120, 200];

const texts = (columns: number | undefined) => [
  { name: "overview", text: overview(columns) },
  ...commands.map((command) => ({ name: command.name, text: helpOf(command, columns) })),
];

const wordsOf = (text: string): readonly string[] => text.replaceAll(" \\\n", "").split(/\s+/);

test("help has no line that is wider than its terminal", () => {
  for (const columns of widths) {
    for (const { name, text } of texts(columns)) {
      const wide = text.split("\n").filter((line) => line.length > columns);
      assert.deepEqual(wide, [], `${name} in ${columns} columns`);
    }
  }
});

test("help says the same at every width, word for word", () => {
  const usual = texts(undefined);
  for (const columns of widths) {
    for (const [at, { name, text }] of texts(columns).entries()) {
      assert.deepEqual(wordsOf(text), wordsOf(usual[at]?.text ?? ""), `${name} in ${columns} columns`);
    }
  }
});

test("the text of an option stands beside it, and goes on below its own beginning", () => {
  const run = commands.find(({ name }) => name === "run");
  assert.ok(run !== undefined);
  const [first = "", second = ""] = helpOf(run, 80).split("--frozen")[1]?.split("\n") ?? [];
  assert.match(first, /^ {9}take every version from the lock,/);
  assert.match(second, /^ {23}\S/);
});

test("a table among the details stays a table", () => {
  const status = commands.find(({ name }) => name === "status");
  assert.ok(status !== undefined);
  const text = helpOf(status, 80);
  assert.match(text, /\n {2}missing {7}nothing is there\n/);
  assert.match(text, /A cell is one of:\n {2}up to date {4}/);
});

test.run();
