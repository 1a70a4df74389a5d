import assert from "node:assert/strict";
import { test } from "uvu";
import { readYaml } from "../../src/config/read-yaml.ts";

test("values and keys stand where they are written", () => {
  const { place } = reading("a: 1\nb:\n  - x\n  - { c: two }\n");
  assert.equal(place("value", "a"), "1:4");
  assert.equal(place("key", "b"), "2:1");
  assert.equal(place("value", "b", "0"), "3:5");
  assert.equal(place("key", "b", "1"), "4:5");
  assert.equal(place("value", "b", "1", "c"), "4:10");
});

test("what is not written stands at the nearest thing around it", () => {
  const { place } = reading("a:\n  b: 1\nempty:\n");
  assert.equal(place("value", "a", "c"), "1:1");
  assert.equal(place("value", "a", "b", "toString"), "2:3");
  assert.equal(place("value", "none"), "1:1");
  assert.equal(place("key", "none", "below"), "1:1");
  assert.equal(place("value", "empty"), "3:7");
  assert.equal(reading("").place("value", "a"), "1:1");
});

test("an alias stands at what it names, its key where it is written", () => {
  const { place } = reading("base: &base\n  host: one\nuse: *base\nlist: [*base]\n");
  assert.equal(place("value", "use", "host"), "2:9");
  assert.equal(place("key", "use"), "3:1");
  assert.equal(place("value", "list", "0", "host"), "2:9");
});

test("a merged key stands in the map it comes from, unless the map has its own", () => {
  const { place, value } = reading(
    "one: &one { a: 1, b: 1 }\ntwo: &two\n  b: 2\n  c: 2\nuse:\n  <<: [*one, *two]\n  c: 3\n",
  );
  assert.deepEqual(value().use, { a: 1, b: 1, c: 3 });
  assert.equal(place("value", "use", "a"), "1:16");
  assert.equal(place("value", "use", "b"), "1:22");
  assert.equal(place("value", "use", "c"), "7:6");
});

test("the last of equal keys counts, as in the value", () => {
  const { place, value } = reading("a: 1\na: 2\n");
  assert.equal(value().a, 2);
  assert.equal(place("value", "a"), "2:4");
});

test("aliases inside what they name, and aliases of aliases of aliases, come to an end", () => {
  const { place } = reading("a: &a\n  again: *a\n  list: [*a]\n");
  assert.equal(place("value", "a", "again"), "2:3");
  const levels = Array.from(
    { length: 40 },
    (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}, *l${level}]`,
  );
  const many = readYaml("many.yaml", `l0: &l0 [x]\n${levels.join("\n")}\n`);
  assert.throws(many.value, /[Ee]xcessive alias/);
});

function reading(text: string) {
  const { source, value } = readYaml("file.yaml", text);
  const place = (what: "key" | "value", ...path: string[]): string => {
    const { line, column } = source.place(what === "key" ? source.keySpan(path) : source.valueSpan(path));
    return `${line}:${column}`;
  };
  return { place, value: value as () => Record<string, unknown> };
}

test.run();
