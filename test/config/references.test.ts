import assert from "node:assert/strict";
import { test } from "uvu";
import { parsePath } from "../../src/config/index.ts";
import { failuresIn, failuresOfConfig } from "./temp-config.ts";

const config = (references: string): string => `version: 1
vars: { release: 1.2.1 }
images: { app: { from: docker.io/x/app, version: "\${vars.release}" } }
references:
  r: ${references}
`;

test("what references name has to be there: sources, targets, images, vars, other references", async () => {
  const text = config(
    "{ source: s, files: [a], at: t, paths: { a: ap }, variables: { V: { var: relase } }, covers: [q] }",
  );
  const messages = (await failuresOfConfig(text)).map(({ code, hint }) => `${code}: ${hint}`);
  assert.deepEqual(messages, [
    "config/unknown-source: Declare it under sources",
    "config/unknown-target: Declare it under targets",
    'config/unknown-image: Did you mean "app"?',
    'config/unknown-var: Did you mean "release"?',
    'config/unknown-reference: Did you mean "r"?',
  ]);
});

test("a pattern has exactly one named group, and is an expression", async () => {
  const patterns = config(
    '{ files: [a], patterns: [{ pattern: "x", equals: app }, { pattern: "(?<a", equals: app }, { pattern: "(?<a>.)(?<b>.)", equals: app }] }',
  );
  assert.deepEqual(
    (await failuresIn(patterns)).map((line) => line.split(" ")[0]),
    ["config/bad-value", "config/bad-value", "config/bad-value"],
  );
  assert.deepEqual(
    await failuresIn(
      config('{ files: [a], patterns: [{ pattern: "(?<!y)(?<a>\\\\d+)$", equals: { var: release } }] }'),
    ),
    [],
  );
});

test("a place is to say an image, a var or a text, and one of them", async () => {
  const text = config("{ files: [a], paths: { a: { image: app, var: release }, b: {}, 'c[': app } }");
  assert.deepEqual(
    (await failuresOfConfig(text)).map(({ message }) => message),
    [
      "references.r.paths.a needs one of image, var and text",
      "references.r.paths.b needs one of image, var and text",
      '"c[" is no path',
    ],
  );
});

test("globs stay inside their source", async () => {
  assert.deepEqual(await failuresIn(config("{ files: [../a, /b] }")), [
    "config/bad-value 5:16 4",
    "config/bad-value 5:22 2",
  ]);
});

test("paths: keys, indexes, items by an entry, any, and keys with dots", () => {
  assert.deepEqual(parsePath('a-b.c[0][name=my app]["d.e"].*[*]'), [
    { kind: "key", key: "a-b" },
    { kind: "key", key: "c" },
    { kind: "index", index: 0 },
    { kind: "item", key: "name", value: "my app" },
    { kind: "key", key: "d.e" },
    { kind: "any" },
    { kind: "any" },
  ]);
  for (const wrong of ["", ".", "a..b", "a[", "a[b]", "a]"]) assert.equal(parsePath(wrong), undefined, wrong);
});

test.run();
