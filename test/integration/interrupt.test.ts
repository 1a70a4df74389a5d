import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { isAlive, startMirror, type Workspace, waitFor, workspace } from "../rig/cli.ts";

const config = `version: 1
tasks:
  hang:
    description: Hangs, with two grandchildren
    run: tasks/hang.mjs
`;

const script = `export default async function hang({ $ }) {
  await $\`sh tasks/hang.sh\`;
}
`;

/** A shell that TERM does not move, with two children of which one is as stubborn; each writes down its process id. */
const shell = `
sleep 300 & echo $! > grandchild-1
trap "" TERM INT
sleep 300 & echo $! > grandchild-2
echo $$ > child
wait
`;

for (const [signal, exitCode] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} ends a task that hangs and its grandchildren within 5 s, with exit code ${exitCode}`, async () => {
    const place = await workspace(config);
    try {
      await place.write("tasks/hang.mjs", script);
      await place.write("tasks/hang.sh", shell);
      const running = startMirror(["run", "hang"], { cwd: place.folder });
      const pids = await waitFor("the task's processes", () => processIds(place)).catch((error: Error) =>
        assert.fail(`${error.message}\n${running.output()}`),
      );
      assert.ok(pids.every(isAlive), "the processes run before the signal");

      const began = performance.now();
      running.child.kill(signal);
      const { code, stdout, stderr } = await running.ended;
      const took = performance.now() - began;
      assert.equal(code, exitCode, stdout + stderr);
      assert.ok(took < 5000, `it took ${took} ms`);
      assert.deepEqual(pids.filter(isAlive), [], "no process is left");
      assert.match(stdout + stderr, /hang/);
    } finally {
      for (const pid of ((await processIds(place)) ?? []).filter(isAlive)) process.kill(pid, "SIGKILL");
      await place.remove();
    }
  });
}

async function processIds(place: Workspace): Promise<number[] | undefined> {
  const files = ["child", "grandchild-1", "grandchild-2"].map((name) => join(place.folder, name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  const pids = texts.map(Number);
  return pids.every((pid) => pid > 0) ? pids : undefined;
}

test.run();
