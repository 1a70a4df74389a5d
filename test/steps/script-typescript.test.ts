import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import type { Failure } from "../../src/failure/index.ts";
import { bareNode } from "./bare-node.ts";
import { pointsAt, taskOf } from "./script-rig.ts";

const node = await bareNode();
test.after(() => node.remove());

function failureOn(file: string): Failure {
  const { failure } = node.run(file);
  assert.ok(failure, "expected a failure");
  return failure;
}

test("a task in TypeScript runs, with its imports", async () => {
  const rig = await taskOf('import { n } from "./n.ts";\nexport default (): number => n satisfies number;', "task.ts");
  await writeFile(join(rig.folder, "n.ts"), "export const n: number = 42;\n");
  assert.deepEqual(node.run(rig.file), { value: 42 });
  await rig.remove();
});

test("a syntax error points at its place", async () => {
  const rig = await taskOf("export default () => {\n  const a = ;\n};\n", "bad.ts");
  const failure = failureOn(rig.file);
  assert.equal(failure.code, "task/cannot-load");
  assert.equal(pointsAt(failure), "bad.ts:2:13 ;");
  await rig.remove();
});

test("a failing command is named with its line, its exit code and the end of its output", async () => {
  const rig = await taskOf(
    `import type { TaskContext } from "mirror";
export default async function ({ $ }: TaskContext) {
  await $\`seq 12; echo no such tag >&2; exit 127\`;
}`
      .replace("import {", "import type {")
      .replace("{ type ", "{ "),
    "push.ts",
  );
  const failure = failureOn(rig.file);
  assert.equal(failure.code, "task/command-failed");
  assert.equal(
    failure.message,
    '"seq 12; echo no such tag >&2; exit 127" of task "try" failed: exit code 127 (command not found)',
  );
  assert.deepEqual(failure.detail, ["4", "5", "6", "7", "8", "9", "10", "11", "12", "no such tag"]);
  assert.equal(pointsAt(failure), "push.ts:3:9 $`seq 12; echo no such tag >&2; exit 127`");
  await rig.remove();
});

test("an error that the task throws points at the line that threw it", async () => {
  const rig = await taskOf(
    "export default () => {\n  const tag: string | undefined = undefined;\n  return (tag as string).length;\n};\n",
    "throws.ts",
  );
  const failure = failureOn(rig.file);
  assert.equal(failure.code, "task/threw");
  assert.match(failure.message, /^Task "try" threw TypeError: Cannot read properties of undefined/);
  assert.match(pointsAt(failure), /^throws\.ts:3:\d+ length$/);
  await rig.remove();
});

test("a syntax error in an imported file points into that file", async () => {
  const rig = await taskOf('import "./deep.ts";\nexport default () => {};', "top.ts");
  await writeFile(join(rig.folder, "deep.ts"), "export const a: = 1;\n");
  assert.match(pointsAt(failureOn(rig.file)), /^deep\.ts:1:17/);
  await rig.remove();
});

test("TypeScript that would have to be compiled is refused with its place", async () => {
  const rig = await taskOf("export default () => {};\nenum Level { Low }\n", "enum.ts");
  const failure = failureOn(rig.file);
  assert.match(failure.message, /enum is not supported/);
  assert.match(pointsAt(failure), /^enum\.ts:2:1 /);
  await rig.remove();
});

test.run();
