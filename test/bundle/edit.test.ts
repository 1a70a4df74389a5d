import assert from "node:assert/strict";
import { test } from "uvu";
import { isMap } from "yaml";
import { type FindMap, setEntries } from "../../src/bundle/edit.ts";

const root: FindMap = ({ documents }) => {
  const map: unknown = documents[0]?.contents;
  return isMap(map) ? map : undefined;
};
const set = (text: string, entries: Record<string, string>) => setEntries(text, "a.yaml", root, entries);

test("a key that is there gets its value, and its comment and place stay", () => {
  assert.equal(set("a: 1 # one\nb: two\n", { a: "x" }), "a: x # one\nb: two\n");
  assert.equal(set("a:\nb: two\n", { a: "x" }), "a: x\nb: two\n");
});

test("a value that is right already is left as it is written", () => {
  const text = 'a: "x" # quoted\nb:    y\n';
  assert.equal(set(text, { a: "x", b: "y" }), text);
});

test("what would be another type than a string is quoted", () => {
  assert.equal(set("a: true\n", { a: "true" }), 'a: "true"\n');
  assert.equal(set("a: b\n", { c: "1.10" }), 'a: b\nc: "1.10"\n');
  assert.equal(set("a: b\n", { c: "no" }), 'a: b\nc: "no"\n');
});

test("a new key goes where the order of the others wants it, above the comments of the next", () => {
  assert.equal(set("a: 1\n# about c\nc: 3\n", { b: "x" }), "a: 1\nb: x\n# about c\nc: 3\n");
});

test("a new key goes to the end where the keys have no order", () => {
  assert.equal(
    set("z: 1\na:\n  deep: [1]  # here\n# the end\n", { b: "x" }),
    "z: 1\na:\n  deep: [1]  # here\nb: x\n# the end\n",
  );
  assert.equal(set("z: 1\na: 2", { b: "x" }), "z: 1\na: 2\nb: x");
});

test("a new key behind a block of text does not become part of it", () => {
  assert.equal(set("z: 1\na: |\n  text\n", { b: "x" }), "z: 1\na: |\n  text\nb: x\n");
});

test("JSON stays JSON", () => {
  assert.deepEqual(JSON.parse(set('{"a": "1", "c": {"d": 2}}', { b: "x", a: "y", z: "w" })), {
    a: "y",
    b: "x",
    c: { d: 2 },
    z: "w",
  });
  assert.equal(set("{}", { b: "x" }), '{"b": "x"}');
});

test("Windows line ends stay", () => {
  assert.equal(set("a: 1\r\nc: 3\r\n", { b: "x" }), "a: 1\r\nb: x\r\nc: 3\r\n");
});

test.run();
