import assert from "node:assert/strict";
import { test } from "uvu";
import { wrap } from "../../src/report/wrap.ts";

const SENTENCE = "harbor.example.com cannot be reached: nothing listens there";

test("a text that fits, or that no terminal shows, stays one line", () => {
  assert.deepEqual(wrap(SENTENCE, SENTENCE.length, "  "), [SENTENCE]);
  assert.deepEqual(wrap(SENTENCE.repeat(9), undefined, "  "), [SENTENCE.repeat(9)]);
});

test("a longer one is broken between words, and what follows is indented", () => {
  assert.deepEqual(wrap(`  ${SENTENCE}`, 30, "    "), [
    "  harbor.example.com cannot be",
    "    reached: nothing listens",
    "    there",
  ]);
});

test("colours take no room, and a word that is too wide stays whole", () => {
  assert.deepEqual(wrap("\x1b[31merror\x1b[0m one", 9, ""), ["\x1b[31merror\x1b[0m one"]);
  const digest = `sha256:${"a".repeat(64)}`;
  assert.deepEqual(wrap(`stands at ${digest} now`, 30, " "), ["stands at", ` ${digest}`, " now"]);
});

test.run();
