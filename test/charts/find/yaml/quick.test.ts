import assert from "node:assert/strict";
import { test } from "uvu";
import { stringify } from "yaml";
import { readWithLibrary } from "../../../../src/charts/find/yaml/library.ts";
import type { Node } from "../../../../src/charts/find/yaml/node.ts";
import { readQuickly } from "../../../../src/charts/find/yaml/quick.ts";
import { pick, randomFrom, styles } from "../random.ts";
import { fixture } from "../rig.ts";

const SEED = Number(process.env.SEED ?? 1);

/** Strings that YAML has a rule about. */
const STRINGS = [
  ...'a|quay.io/x/y:1|foo bar|it\'s|say "x"|a: b|# no|a #b|x#y||  lead|trail |- x|{a}|[b]|*x|&y|!z|8.0|true|~|a\tb|多'.split(
    "|",
  ),
  ..."\\back;|;> x;%d;@x;`x`;a:b;key:;- ;?;? x;é😀;<<;http://a/b".split(";"),
  "line1\nline2\n",
  "line1\n\n  deep\nend",
  "\n\nlead",
  "x\n y\n z",
  "multi\n\n\n",
  "long ".repeat(40),
];
const KEYS = ["a", "b-c", "image", "x.y/z", "with space", "q: r", "8", "-d", "é", "#k"];
const SCARS = ["", "x", " ", "\n", "#", " # c\n", ":", ": ", "- ", '"', "'", "{", "}", ",", "  \n", "\t", "&a ", "*a"];

test("what is read quickly is what the library reads, also of texts with a scar", () => {
  const random = randomFrom(SEED);
  let quick = 0;
  for (let round = 0; round < 4000; round++) {
    const text = scarred(random, stringify(value(random, 5), styles(random)));
    const read = readQuickly(text, 0, text.length);
    if (read === "beyond") continue;
    quick++;
    const other = readWithLibrary(text);
    assert.ok(!("mistake" in other), `seed ${SEED}: the library refuses\n${text}`);
    assert.deepEqual(shape(read), shape(other.root), `seed ${SEED}:\n${text}`);
  }
  assert.ok(quick > 2000, "most texts are not beyond it");
});

test("offsets are those of the content", () => {
  const text = "a: 'b'\nc:\n  - \"d\"\n  - e f # g\nh: |\n  i\n  j\n";
  const read = readQuickly(text, 0, text.length);
  assert.ok(read !== "beyond");
  assert.deepEqual(contents(read, text), ["b", "d", "e f", "i\n  j"]);
});

test("of the own fixtures nothing but anchors is left to the library", () => {
  for (const name of ["hiding-places.yaml", "nasty.yaml"]) {
    for (const part of fixture(name).split(/^---$/m)) {
      const isBeyond = readQuickly(part, 0, part.length) === "beyond";
      assert.equal(isBeyond, part.includes("&shared"), part.slice(0, 200));
    }
  }
});

function value(random: () => number, depth: number): unknown {
  const choice = random();
  if (depth <= 0 || choice < 0.4)
    return random() < 0.15 ? pick<unknown>(random, [1, 2.5, true, null, 0]) : pick(random, STRINGS);
  const length = Math.floor(random() * 5);
  if (choice >= 0.7) return Array.from({ length }, () => value(random, depth - 1));
  return Object.fromEntries(Array.from({ length }, () => [pick(random, KEYS), value(random, depth - 1)]));
}

function scarred(random: () => number, text: string): string {
  if (random() < 0.6) return text;
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + pick(random, SCARS) + text.slice(at + (random() < 0.5 ? 1 : 0));
}

/** Values and styles, without offsets. */
function shape(node: Node | undefined): unknown {
  // A document of nothing but comments is a null to the library.
  if (node === undefined || (node.kind === "text" && node.value === "" && node.style === "plain")) return "";
  if (node.kind === "text") return [node.value, node.style];
  return node.kind === "map" ? node.entries.map(({ key, value }) => [key, shape(value)]) : node.items.map(shape);
}

function contents(node: Node | undefined, text: string): readonly string[] {
  if (node === undefined) return [];
  if (node.kind === "text") return [text.slice(node.start, node.end)];
  return (node.kind === "map" ? node.entries.map((entry) => entry.value) : node.items).flatMap((one) =>
    contents(one, text),
  );
}

test.run();
