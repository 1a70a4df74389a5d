import assert from "node:assert/strict";
import { test } from "uvu";
import { MarkedOutput } from "../../../src/steps/command/marked-output.ts";

const MARK = "\x1emark-";

/** What comes out when a text comes in, in pieces of so many bytes. */
function through(text: string, size: number): readonly (string | number)[] {
  const out: (string | number)[] = [];
  const marked = new MarkedOutput(MARK, {
    output: (chunk) => {
      const before = out.at(-1);
      if (typeof before === "string") out[out.length - 1] = before + chunk.toString("latin1");
      else out.push(chunk.toString("latin1"));
    },
    mark: (number) => out.push(number),
  });
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += size) marked.write(bytes.subarray(at, at + size));
  marked.end();
  return out;
}

test("output and marks are told apart, however they come in pieces", () => {
  const text = `one\ntwo${MARK}0\n${MARK}127\n\nthree${MARK}3\n`;
  for (let size = 1; size <= text.length; size++) {
    assert.deepEqual(through(text, size), ["one\ntwo", 0, 127, "\nthree", 3], `pieces of ${size}`);
  }
});

test("what only begins like a mark is output", () => {
  const text = `\x1e\x1emar\x1emark${MARK.slice(0, -1)} ${MARK}5\n\x1emark`;
  for (let size = 1; size <= text.length; size++) {
    assert.deepEqual(through(text, size), ["\x1e\x1emar\x1emark\x1emark ", 5, "\x1emark"], `pieces of ${size}`);
  }
});

test("output that cannot be a mark is given at once", () => {
  const out: string[] = [];
  const marked = new MarkedOutput(MARK, { output: (chunk) => out.push(chunk.toString()), mark: () => {} });
  marked.write(Buffer.from("50 %"));
  assert.deepEqual(out, ["50 %"]);
});

test.run();
