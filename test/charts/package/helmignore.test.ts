import assert from "node:assert/strict";
import { test } from "uvu";
import { helmIgnores } from "../../../src/charts/package/helmignore.ts";

const kept = (text: string, ...paths: readonly string[]): string[] => {
  const ignores = helmIgnores(text);
  return paths.filter((path) => !ignores(path, path.endsWith("/") ? "folder" : "file"));
};

test("hidden templates never come along, other hidden files do", () => {
  assert.deepEqual(kept("", "Chart.yaml", ".helmignore", "templates/.swp", "templates/a.yaml"), [
    "Chart.yaml",
    ".helmignore",
    "templates/a.yaml",
  ]);
});

test("a rule without a slash is of the last part, at any depth; comments and empty lines are none", () => {
  assert.deepEqual(kept("# notes\n\n*.bak\n  *.or?g  \n", "a.bak", "b/c.bak", "d.orig", "e.oorg", "f.org", "# notes"), [
    "e.oorg",
    "f.org",
    "# notes",
  ]);
});

test("a rule with a slash is of the whole path, and its stars stay within one part", () => {
  assert.deepEqual(kept("docs/*.md\n/top.txt", "docs/a.md", "docs/b/a.md", "x/docs/a.md", "top.txt", "x/top.txt"), [
    "docs/b/a.md",
    "x/docs/a.md",
    "x/top.txt",
  ]);
});

test("a rule with a slash at its end is of folders alone", () => {
  assert.deepEqual(kept(".git/\nci/", "ci", "a/ci"), ["ci", "a/ci"]);
  const ignores = helmIgnores("ci/");
  assert.equal(ignores("ci", "folder"), true);
  assert.equal(ignores("a/ci", "folder"), true);
});

test("classes and escapes are those of a shell", () => {
  assert.deepEqual(kept("[a-c].x\n[^q]1.y\n\\*.z", "a.x", "d.x", "p1.y", "q1.y", "*.z", "a.z"), ["d.x", "q1.y", "a.z"]);
  assert.deepEqual(kept("[a", "[a", "a"), ["[a", "a"], "what is malformed fits nothing");
});

test("a rule with an exclamation mark takes out all that it does not name", () => {
  assert.deepEqual(kept("!*.yaml", "a.yaml", "b.txt"), ["a.yaml"]);
});

test.run();
