import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { type CommandRig, commandRig, linesOf, type Way, ways } from "./command-rig.ts";
import { aliveAmong, pidsIn } from "./script-rig.ts";

/** Two grandchildren, one of which does not listen to TERM; their ids and the shell's go to a file. */
const HANG = `
  sleep 1000 & a=$!
  sh -c 'trap "" TERM; : > deaf; sleep 1000 & wait; sleep 1000' & b=$!
  while ! [ -e deaf ]; do sleep 0.01; done
  echo $$ $a $b > pids; wait`;

function both(statement: string, check: (rig: CommandRig, way: Way) => Promise<void>): void {
  for (const way of ways) {
    test(`${statement} (${way})`, async () => {
      const rig = await commandRig(way);
      try {
        await check(rig, way);
      } finally {
        await rig.remove();
      }
    });
  }
}

both(
  "a command that hangs with two grandchildren, one deaf to TERM, is gone within 5 s of the interrupt",
  async (rig) => {
    const failing = rig.fails(["sh", "-c", HANG]);
    const pids = await pidsIn(join(rig.folder, "pids"), 3);
    assert.deepEqual(await aliveAmong(pids), pids);
    const start = performance.now();
    rig.stopping.abort();
    const failure = await failing;
    assert.equal(failure.code, "task/cancelled");
    assert.equal(failure.class, "cancelled");
    assert.deepEqual(await aliveAmong(pids), []);
    const took = performance.now() - start;
    assert.ok(took > 2_900 && took < 5_000, `${took} ms`);
  },
);

both("a command whose processes listen to TERM ends at once", async (rig) => {
  const failing = rig.fails(["sh", "-c", "sleep 1000 & sleep 1000 & echo $$ $! > pids; wait"]);
  const pids = await pidsIn(join(rig.folder, "pids"), 2);
  const start = performance.now();
  rig.stopping.abort();
  assert.equal((await failing).code, "task/cancelled");
  assert.deepEqual(await aliveAmong(pids), []);
  assert.ok(performance.now() - start < 1_500);
});

both("the second interrupt does not wait for the grace", async (rig) => {
  const failing = rig.fails(["sh", "-c", HANG]);
  const pids = await pidsIn(join(rig.folder, "pids"), 3);
  rig.stopping.abort();
  await delay(100);
  const start = performance.now();
  rig.killed.abort();
  await failing;
  assert.deepEqual(await aliveAmong(pids), []);
  assert.ok(performance.now() - start < 1_000);
});

both("a command that ends well after the interrupt has done its work", async (rig) => {
  const running = rig.sh("trap 'echo tidied; exit 0' TERM; echo $$ > pids; while :; do sleep 0.05; done");
  await pidsIn(join(rig.folder, "pids"), 1);
  rig.stopping.abort();
  assert.deepEqual(linesOf(await running, "stdout"), ["tidied"]);
});

both("a run that is already being stopped starts nothing", async (rig) => {
  rig.stopping.abort();
  assert.equal((await rig.fails(["touch", "started"])).code, "task/cancelled");
  assert.deepEqual(await readdir(rig.folder), []);
});

both("what a command leaves behind is stopped, the log says so, and nothing of it gets to the next", async (rig) => {
  const logged = await rig.sh("(while echo noise; do sleep 0.01; done) & echo $! > pids; sleep 0.05");
  assert.deepEqual(await aliveAmong(await pidsIn(join(rig.folder, "pids"), 1)), []);
  const said = linesOf(logged, "log").filter((line) => line.startsWith("Still running"));
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /^Still running when the task ended, stopped: .*while echo noise/);
  const next = await Promise.all([1, 2, 3].map(() => rig.sh("sleep 0.1; echo quiet")));
  for (const output of next) assert.deepEqual(linesOf(output, "stdout"), ["quiet"]);
});

both("a silent process that is left behind is found too, also one that is deaf to TERM", async (rig) => {
  const script = `sh -c 'trap "" TERM; echo $$ > pids; sleep 1000' > /dev/null 2>&1 < /dev/null &
    while ! test -s pids; do sleep 0.01; done`;
  const start = performance.now();
  await rig.sh(script, { graceMs: 300 });
  assert.deepEqual(await aliveAmong(await pidsIn(join(rig.folder, "pids"), 1)), []);
  assert.ok(performance.now() - start < 3_000);
});

test("one that is left behind by a command that took long is found too", async () => {
  const rig = await commandRig("lanes");
  await rig.sh("sleep 1000 > /dev/null 2>&1 & echo $! > pids; sleep 1.2");
  assert.deepEqual(await aliveAmong(await pidsIn(join(rig.folder, "pids"), 1)), []);
  await rig.remove();
});

both("a daemon lives on when its command ends, without a word in the next log", async (rig) => {
  await rig.sh("setsid sh -c 'echo $$ > pids; while echo daemon; do sleep 0.01; done' & sleep 0.2");
  const pids = await pidsIn(join(rig.folder, "pids"), 1);
  const next = await rig.sh("sleep 0.2; echo next");
  assert.deepEqual(linesOf(next, "stdout"), ["next"]);
  for (const pid of await aliveAmong(pids)) process.kill(pid, "SIGKILL");
});

both("a daemon that left its group and its parents is stopped with the run", async (rig) => {
  const failing = rig.fails([
    "sh",
    "-c",
    "setsid sh -c 'echo $$ > pids; exec sleep 1000' > /dev/null 2>&1 & sleep 1000",
  ]);
  const pids = await pidsIn(join(rig.folder, "pids"), 1);
  rig.stopping.abort();
  await failing;
  assert.deepEqual(await aliveAmong(pids), []);
});

test("a lane that was killed is replaced, idle or at work", async () => {
  const rig = await commandRig("lanes");
  const laneOf = async () => Number(linesOf(await rig.sh("ps -o ppid= -p $$"), "stdout")[0]);
  const idle = await laneOf();
  assert.equal(await laneOf(), idle, "one lane serves command after command");
  process.kill(idle, "SIGKILL");
  await delay(50);
  const other = await laneOf();
  assert.notEqual(other, idle);
  const failure = await rig.fails(["sh", "-c", "echo $$ > pids; kill -KILL $PPID; sleep 1000"]);
  assert.match(failure.message, /killed by SIGKILL$/);
  assert.deepEqual(await aliveAmong(await pidsIn(join(rig.folder, "pids"), 1)), []);
  assert.notEqual(await laneOf(), other);
  await rig.remove();
});

test("closing leaves no lane", async () => {
  const rig = await commandRig("lanes");
  const logged = await Promise.all([1, 2, 3].map(() => rig.sh("ps -o ppid= -p $$; sleep 0.3")));
  const lanes = logged.map((lines) => Number(linesOf(lines, "stdout")[0]));
  assert.equal(new Set(lanes).size, 3);
  assert.equal((await groupsAlive(lanes)).length, 6, "each lane has its guard");
  await rig.remove();
  await delay(50);
  assert.deepEqual(await groupsAlive(lanes), []);
});

/** A program that runs commands, one of them deaf to TERM, and prints the numbers of its lanes. */
async function hostOfLanes(folder: string): Promise<string> {
  const source = join(dirname(fileURLToPath(import.meta.url)), "../../src/steps/command/index.ts");
  const main = join(folder, "main.ts");
  await writeFile(
    main,
    `import { openCommands } from ${JSON.stringify(source)};
     const commands = openCommands({ cwd: ${JSON.stringify(folder)}, env: process.env });
     const never = new AbortController().signal;
     const place = { file: "", line: 1, column: 1, length: 1, text: "" };
     const run = (script) => commands.run({ task: "t", place, argv: ["sh", "-c", script], env: {}, stopping: never,
       killed: never, log: () => {} });
     run(${JSON.stringify(`ps -o ppid= -p $$ >> lanes; ${HANG}`)});
     run("ps -o ppid= -p $$ >> lanes; sleep 1000");
     run("ps -o ppid= -p $$ >> lanes");
     setInterval(() => {}, 1000);`,
  );
  return main;
}

test("when mirror is killed by kill -9, nothing is left of its lanes within 5 s", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mirror-lanes-"));
  const host = spawn(process.execPath, ["--import", "tsx", await hostOfLanes(folder)], { stdio: "inherit" });
  const pids = await pidsIn(join(folder, "pids"), 3);
  const lanes = await pidsIn(join(folder, "lanes"), 3);
  assert.ok((await groupsAlive(lanes)).length >= 8);
  host.kill("SIGKILL");
  await once(host, "exit");
  const deadline = performance.now() + 5_000;
  while ((await groupsAlive(lanes)).length > 0 && performance.now() < deadline) await delay(50);
  assert.deepEqual(await groupsAlive(lanes), []);
  assert.deepEqual(await aliveAmong(pids), []);
  await rm(folder, { recursive: true });
});

/** Processes in the groups of some lanes. */
async function groupsAlive(lanes: readonly number[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state !== "Z" && lanes.includes(Number(group))) found.push(Number(pid));
  }
  return found;
}

test.run();
