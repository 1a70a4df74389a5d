import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { aliveAmong, pidsIn, taskOf } from "./script-rig.ts";

const LINUX = process.platform === "linux";

/** Two grandchildren, one of which does not listen to TERM; their ids and the shell's go to a file. */
const HANG = `
  sleep 1000 & a=$!
  bash -c 'trap "" TERM; : > deaf; sleep 1000 & wait; sleep 1000' & b=$!
  while ! [ -e deaf ]; do sleep 0.01; done
  echo $$ $a $b > pids; wait`;

const hanging = (script: string) => taskOf(`export default ({ $ }) => $({ prefix: "" })([${JSON.stringify(script)}]);`);

test("a task that hangs with two grandchildren, one deaf to TERM, is gone within 5 s of the interrupt", async () => {
  const rig = await hanging(HANG);
  const failing = rig.fails();
  const pids = await pidsIn(join(rig.folder, "pids"), 3);
  assert.deepEqual(await aliveAmong(pids), pids);
  const start = performance.now();
  rig.stopping.abort();
  const failure = await failing;
  assert.equal(failure.class, "cancelled");
  assert.deepEqual(await aliveAmong(pids), []);
  const took = performance.now() - start;
  assert.ok(took > 2_900 && took < 5_000, `${took} ms`);
  await rig.remove();
});

test("a task whose processes listen to TERM ends at once", async () => {
  const rig = await hanging("sleep 1000 & sleep 1000 & echo $$ $! > pids; wait");
  const failing = rig.fails();
  const pids = await pidsIn(join(rig.folder, "pids"), 2);
  const start = performance.now();
  rig.stopping.abort();
  assert.equal((await failing).code, "task/cancelled");
  assert.deepEqual(await aliveAmong(pids), []);
  assert.ok(performance.now() - start < 1_000);
  await rig.remove();
});

test("the second interrupt does not wait for the grace", async () => {
  const rig = await hanging(HANG);
  const failing = rig.fails();
  const pids = await pidsIn(join(rig.folder, "pids"), 3);
  rig.stopping.abort();
  await delay(100);
  const start = performance.now();
  rig.killed.abort();
  await failing;
  assert.deepEqual(await aliveAmong(pids), []);
  assert.ok(performance.now() - start < 1_000);
  await rig.remove();
});

test("a task that never settles does not hold its step beyond the grace", async () => {
  const rig = await taskOf("export default () => new Promise(() => {});");
  const failing = rig.fails({ graceMs: 200 });
  await delay(50);
  rig.stopping.abort();
  const start = performance.now();
  assert.equal((await failing).code, "task/cancelled");
  assert.ok(performance.now() - start < 1_000);
  await rig.remove();
});

test("a stopped task can put things in order with commands, and its value counts", async () => {
  const rig = await taskOf(`export default async ({ $, signal }) => {
    await $\`echo $$ > pids; sleep 1000\`.catch(() => {});
    return { aborted: signal.aborted, tidied: (await $\`echo tidied\`).stdout };
  };`);
  const running = rig.run();
  await pidsIn(join(rig.folder, "pids"), 1);
  rig.stopping.abort();
  assert.deepEqual(await running, { aborted: true, tidied: "tidied\n" });
  await rig.remove();
});

test("what still runs in the background when a task ends is stopped, and the log says so", async () => {
  const rig = await taskOf(`export default async ({ $ }) => {
    await $\`sleep 1000 > /dev/null 2>&1 & echo $! > pids\`;
    $\`echo $$ >> pids; sleep 1001\`;
    while ((await $\`wc -l < pids\`).stdout.trim() !== "2");
  };`);
  await rig.run();
  const pids = await pidsIn(join(rig.folder, "pids"), 2);
  assert.deepEqual(await aliveAmong(pids), []);
  const said = rig.logged.map(({ line }) => line).filter((line) => line.startsWith("Still running"));
  assert.deepEqual(said, [
    "Still running when the task ended, stopped: sleep 1000 > /dev/null 2>&1 & echo $! > pids",
    "Still running when the task ended, stopped: echo $$ >> pids; sleep 1001",
  ]);
  await rig.remove();
});

test("a failure that the task never looks at does not end mirror", async () => {
  const rig = await taskOf("export default async ({ $ }) => { $`exit 9`; await $`sleep 0.1`; };");
  await rig.run();
  assert.ok(rig.logged.some(({ line }) => line === "exit code 9: exit 9"));
  await rig.remove();
});

test("children started without our $ are stopped too", async () => {
  const rig = await taskOf(`import { spawn } from "node:child_process";
    import { writeFileSync } from "node:fs";
    export default () => {
      const child = spawn("sh", ["-c", "sleep 1000 & echo $$ $! > pids; wait"], { cwd: import.meta.dirname });
      return new Promise((resolve) => child.once("exit", resolve));
    };`);
  const running = rig.run();
  const pids = await pidsIn(join(rig.folder, "pids"), 2);
  rig.stopping.abort();
  await running;
  assert.deepEqual(await aliveAmong(pids), []);
  await rig.remove();
});

if (LINUX) {
  test("a daemon that has left its group and its parents is found by its mark", async () => {
    const rig = await hanging("setsid sh -c 'echo $$ > pids; exec sleep 1000' > /dev/null 2>&1 & disown; sleep 1000");
    const failing = rig.fails();
    const pids = await pidsIn(join(rig.folder, "pids"), 1);
    rig.stopping.abort();
    await failing;
    assert.deepEqual(await aliveAmong(pids), []);
    await rig.remove();
  });
}

test("when mirror itself ends, the processes of its tasks end", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mirror-exit-"));
  const source = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "src", "steps", "script", "index.ts");
  await writeFile(join(folder, "task.mjs"), `export default ({ $ }) => $([${JSON.stringify(HANG)}]);`);
  await writeFile(
    join(folder, "main.ts"),
    `import { existsSync } from "node:fs";
     import { runScript } from ${JSON.stringify(source)};
     const never = new AbortController().signal;
     runScript({ name: "t", file: ${JSON.stringify(join(folder, "task.mjs"))}, cwd: ${JSON.stringify(folder)},
       env: process.env, inputs: { pins: {}, images: {}, results: {}, targets: {}, vars: new Map() },
       stopping: never, killed: never, log: () => {} });
     setInterval(() => existsSync(${JSON.stringify(join(folder, "pids"))}) && process.exit(7), 20);`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", join(folder, "main.ts")], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  assert.equal(code, 7);
  const pids = await pidsIn(join(folder, "pids"), 3);
  await delay(50);
  assert.deepEqual(await aliveAmong(pids), []);
  await rm(folder, { recursive: true });
});

test("a run that is already being stopped starts nothing", async () => {
  const rig = await taskOf("export default ({ $ }) => $`touch started`;");
  rig.stopping.abort();
  assert.equal((await rig.fails()).code, "task/cancelled");
  await assert.rejects(readFile(join(rig.folder, "started")));
  await rig.remove();
});

test.run();
