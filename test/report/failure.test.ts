import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { test } from "uvu";
import type { Failure, Place } from "../../src/failure/index.ts";
import { renderFailure } from "../../src/report/failure.ts";

const place = (line: number, column: number, length: number, text: string): Place => ({
  file: "mirror.config.yaml",
  line,
  column,
  length,
  text,
});

const failure = (more: Partial<Failure>): Failure => ({
  code: "registry/denied",
  class: "permanent",
  message: "harbor.example.com does not let robot$ci push to mlrun/mysql",
  ...more,
});

const plain = (more: Partial<Failure>): string => renderFailure(failure(more), { color: "off" });

test("a failure without a place is a sentence, its evidence and what to do", () => {
  assert.equal(
    plain({ detail: ["HTTP 403", "denied: no push"], hint: "Give the robot the right to push" }),
    `error registry/denied: harbor.example.com does not let robot$ci push to mlrun/mysql
    HTTP 403
    denied: no push
  Give the robot the right to push`,
  );
});

test("a place is shown with its line and a caret under what it is about", () => {
  assert.equal(
    plain({ place: place(12, 5, 6, "    projct: mlrun") }),
    `mirror.config.yaml:12:5: error registry/denied: harbor.example.com does not let robot$ci push to mlrun/mysql
  12 |     projct: mlrun
     |     ^^^^^^`,
  );
});

test("related places have frames of their own, and line numbers stand in one column", () => {
  const related = [{ message: "it stands here already", place: place(9, 1, 2, "b: 1") }];
  assert.equal(
    plain({ place: place(10, 1, 1, "b: 2"), related })
      .split("\n")
      .slice(1)
      .join("\n"),
    `  10 | b: 2
     | ^
  it stands here already: mirror.config.yaml:9:1
   9 | b: 1
     | ^^`,
  );
});

test("a place that a cycle comes through again is shown once", () => {
  const first = place(3, 1, 1, "a");
  const related = [
    { message: "a needs b", place: first },
    { message: "b needs a", place: place(4, 1, 1, "b") },
  ];
  const lines = plain({ place: first, related }).split("\n");
  assert.equal(lines.filter((line) => line.includes("3 | a")).length, 1);
  assert.match(lines[0] ?? "", /^mirror\.config\.yaml:3:1: /);
});

test("the caret stands right behind tabs and wide characters", () => {
  const [, tabs, caret] = plain({ place: place(1, 3, 1, "\t\tx") }).split("\n");
  assert.deepEqual([tabs, caret], ["  1 | \t\tx", "    | \t\t^"]);
  assert.equal(plain({ place: place(1, 4, 2, "設定 名前") }).split("\n")[2], "    |      ^^^^");
});

test("of a very long line the part around the caret is shown", () => {
  const text = `${"a".repeat(500)}HERE${"b".repeat(500)}`;
  const [, line = "", caret = ""] = plain({ place: place(1, 501, 4, text) }).split("\n");
  assert.ok(line.length < 160, `${line.length} characters`);
  assert.equal(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1), "HERE");
});

test("what a server says cannot move the cursor", () => {
  const text = plain({ message: "bad\u001b[2J answer", detail: ["\u001b[31mred\b\u001b[39m"] });
  assert.equal(text.split("\n")[0], "error registry/denied: bad answer");
  assert.equal(text.split("\n")[1], "    red");
});

test("colours change nothing but colours, and a warning is called one", () => {
  const one = failure({ place: place(2, 1, 3, "abc"), hint: "Do this" });
  const coloured = renderFailure(one, { color: "on", severity: "warning" });
  assert.ok(coloured.includes("\u001b[33mwarning registry/denied"), coloured);
  assert.equal(stripVTControlCharacters(coloured), renderFailure(one, { color: "off", severity: "warning" }));
});

test("on a terminal no line is wider than it, and the caret stays below what it marks", () => {
  const text = `  harbor: { type: embeded, folder: .mirror/registries/harbor, host: registry.example.com } # ${"x".repeat(99)}`;
  const at = text.indexOf("registry.example");
  const failure = {
    code: "config/bad-value",
    class: "usage",
    message:
      "registries.harbor.host cannot be what it is, since a sentence of this length is not to be broken in a word",
    hint: "Correct it, in a sentence that is too long for one line of a terminal with sixty columns",
    place: { file: "mirror.config.yaml", line: 10, column: at + 1, length: 20, text },
  } as const;
  const lines = renderFailure(failure, { color: "off", columns: 60 }).split("\n");
  assert.deepEqual(
    lines.filter((line) => line.length > 60),
    [],
  );
  const caret = lines.findIndex((line) => line.includes("^"));
  const start = lines[caret]?.indexOf("^") ?? 0;
  assert.equal(lines[caret - 1]?.slice(start, start + 20), "registry.example.com");
  assert.equal(lines.at(-1), "  a terminal with sixty columns");
});

test("a file below the folder where the user is is named from there, others by their whole path", () => {
  const at = (file: string): string => plain({ place: { ...place(3, 1, 1, "a"), file } }).split(" ")[0] ?? "";
  assert.equal(at(`${process.cwd()}/manifests/a.yaml`), "manifests/a.yaml:3:1:");
  assert.equal(at("/elsewhere/a.yaml"), "/elsewhere/a.yaml:3:1:");
});

test.run();
