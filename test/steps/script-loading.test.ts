import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { pointsAt, taskOf } from "./script-rig.ts";

test("a command that fails in a file the task imports points there", async () => {
  const rig = await taskOf('import { go } from "./lib/go.mjs";\nexport default ({ $ }) => go($);');
  await mkdir(join(rig.folder, "lib"));
  await writeFile(join(rig.folder, "lib", "go.mjs"), "export async function go($) {\n  await $`kill -9 $$`;\n}\n");
  const failure = await rig.fails();
  assert.equal(failure.message, '"kill -9 $$" of task "try" failed: killed by SIGKILL');
  assert.equal(pointsAt(failure), "go.mjs:2:9 $`kill -9 $$`");
  await rig.remove();
});

test("a command with options of its own is underlined whole", async () => {
  const rig = await taskOf("export default async ({ $ }) => {\n  await $({ timeout: '9s' })`exit 1`;\n};");
  assert.equal(pointsAt(await rig.fails()), "task.mjs:2:9 $({ timeout: '9s' })`exit 1`");
  await rig.remove();
});

test("a command that cannot be started says why", async () => {
  const rig = await taskOf('export default ({ $ }) => $({ cwd: "/does/not/exist" })`true`;');
  const failure = await rig.fails();
  assert.equal(failure.code, "task/command-failed");
  assert.match(failure.message, /could not be started: .*ENOENT/);
  await rig.remove();
});

test("something thrown that is no error is told as it is", async () => {
  const rig = await taskOf('export default () => { throw "no quota"; };');
  assert.equal((await rig.fails()).message, 'Task "try" threw no quota');
  await rig.remove();
});

test("a syntax error points at its place", async () => {
  const rig = await taskOf("export default () => {\n  const a = ;\n};\n");
  const failure = await rig.fails();
  assert.equal(failure.code, "task/cannot-load");
  assert.equal(failure.class, "usage");
  assert.equal(pointsAt(failure), "task.mjs:2:13 ;");
  await rig.remove();
});

test("an import of a file or package that is not there points at the import", async () => {
  const file = await taskOf('\nimport { a } from "./gone.mjs";\nexport default () => a;');
  assert.equal(pointsAt(await file.fails()), 'task.mjs:2:19 "./gone.mjs"');
  await file.remove();
  const pack = await taskOf("import a from 'no-such-package/sub';\nexport default () => a;");
  const failure = await pack.fails();
  assert.match(failure.message, /imports package "no-such-package", which is not installed/);
  assert.equal(pointsAt(failure), "task.mjs:1:15 'no-such-package/sub'");
  await pack.remove();
});

test("an import of a name that a file does not export points at the import", async () => {
  const rig = await taskOf('import { b } from "./a.mjs";\nexport default () => b;');
  await writeFile(join(rig.folder, "a.mjs"), "export const a = 1;\n");
  const failure = await rig.fails();
  assert.match(failure.message, /does not provide an export named 'b'/);
  assert.match(pointsAt(failure), /^task\.mjs:1:/);
  await rig.remove();
});

test("an error at the top level of a file points at its line", async () => {
  const rig = await taskOf("export default () => {};\nnope();\n");
  const failure = await rig.fails();
  assert.equal(failure.code, "task/cannot-load");
  assert.equal(pointsAt(failure), "task.mjs:2:1 nope");
  await rig.remove();
});

test("a file without a default export, one that is not there and one of another kind are told apart", async () => {
  const none = await taskOf("export const a = 1;\n");
  assert.equal((await none.fails()).code, "task/no-default-export");
  await none.remove();
  const other = await taskOf("echo", "task.sh");
  assert.equal((await other.fails()).code, "task/unknown-kind");
  assert.match(
    (await other.fails({ file: join(other.folder, "gone.mjs") })).message,
    /There is no task file .*gone\.mjs/,
  );
  await other.remove();
});

test.run();
