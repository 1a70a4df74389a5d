import assert from "node:assert/strict";
import { test } from "uvu";
import { padEnd, padStart, plainLine, truncate, widthOf } from "../../src/report/width.ts";

for (const [text, width] of [
  ["", 0],
  ["copy:harbor/mysql", 17],
  ["\x1b[31mred\x1b[39m", 3],
  ["é", 1],
  ["e\u0301", 1],
  ["漢字", 4],
  ["ｗide", 5],
  ["한국", 4],
  ["🚢", 2],
  ["a\u200bb", 2],
  ["█░…✓│", 5],
] as const) {
  test(`${JSON.stringify(text)} takes ${width} columns`, () => assert.equal(widthOf(text), width));
}

for (const [text, columns, cut] of [
  ["mysql", 5, "mysql"],
  ["mysql", 4, "mys…"],
  ["mysql", 1, "…"],
  ["mysql", 0, ""],
  ["漢字漢字", 8, "漢字漢字"],
  ["漢字漢字", 6, "漢字…"],
  ["漢字漢字", 5, "漢字…"],
  ["\x1b[31mredder\x1b[39m", 6, "\x1b[31mredder\x1b[39m"],
  ["\x1b[31mredder\x1b[39m", 4, "\x1b[31mred…\x1b[0m"],
] as const) {
  test(`${JSON.stringify(text)} in ${columns} columns is ${JSON.stringify(cut)}`, () => {
    assert.equal(truncate(text, columns), cut);
    assert.ok(widthOf(truncate(text, columns)) <= columns);
  });
}

test("padding counts columns, not characters", () => {
  assert.equal(padEnd("漢", 4), "漢  ");
  assert.equal(padStart("\x1b[1mx\x1b[22m", 3), "  \x1b[1mx\x1b[22m");
  assert.equal(padEnd("longer", 3), "longer");
});

test("a line of foreign output cannot move the cursor or colour what follows", () => {
  assert.equal(plainLine("\x1b[2J\x1b[1;1H\x1b[31mdone\x1b[0m"), "done");
  assert.equal(plainLine("a\tb\x07\x08"), "a  b");
  assert.equal(plainLine("\x1b]0;title\x07text"), "text");
});

test("of a line that was overwritten the last form stays", () => {
  assert.equal(plainLine("10 %\r50 %\r100 %\r\n"), "100 %");
});

test.run();
