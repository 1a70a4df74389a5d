import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { unifiedDiff } from "../../src/references/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { missingCommand, requires } from "../rig/skip.ts";

const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`);

test("equal texts have no difference", () => {
  assert.equal(unifiedDiff("a", "x\n", "x\n"), "");
});

test("a last line without its end is told as git tells it", () => {
  assert.equal(
    unifiedDiff("a", "1.0", "1.1"),
    "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1.0\n\\ No newline at end of file\n+1.1\n\\ No newline at end of file\n",
  );
});

requires(test, missingCommand("git"))("hunks are those of git", () =>
  inFolder(async (folder) => {
    for (const changed of [[0], [4, 9], [4, 11], [4, 12], [20], [7, 8], [3, 5]]) {
      const [before, after] = [lines(21), lines(21)];
      for (const index of changed) after[index] = `other ${index}\n`;
      await writeFile(join(folder, "old"), before.join(""));
      await writeFile(join(folder, "new"), after.join(""));
      const hunks = unifiedDiff("x", before.join(""), after.join("")).split("\n").slice(2);
      assert.deepEqual(hunks, gitDiff(folder).split("\n").slice(4), `lines ${changed}`);
    }
  }),
);

/** git ends with 1 where files differ. */
function gitDiff(folder: string): string {
  try {
    return execFileSync("git", ["diff", "--no-index", "--no-color", "old", "new"], { cwd: folder, encoding: "utf8" });
  } catch (error) {
    return (error as { stdout: string }).stdout.replace(/^(@@ .* @@) .*$/gm, "$1");
  }
}

test.run();
