import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { type CommandRig, commandRig, linesOf, place, type Way, ways } from "./command-rig.ts";

/** The same must hold whichever way a command is started. */
function both(statement: string, check: (rig: CommandRig, way: Way) => Promise<void>): void {
  for (const way of ways) {
    test(`${statement} (${way})`, async () => {
      const rig = await commandRig(way, { FROM_MIRROR: "m" });
      try {
        await check(rig, way);
      } finally {
        await rig.remove();
      }
    });
  }
}

/** Writes its arguments as JSON, one line. */
const tell = (...args: string[]): [string, ...string[]] => [
  process.execPath,
  "-e",
  "console.log(JSON.stringify(process.argv.slice(1)))",
  "--",
  ...args,
];

const nasty = [
  "",
  " ",
  "a b",
  "'",
  "''",
  "it's",
  '"',
  "\\",
  "\\'",
  "$HOME `id` $(id) \x24{HOME}",
  "!! ~ ~root *",
  "a\nb\n",
  "\n",
  "\r\n\t",
  "; exit 9",
  "&& || & | < > #",
  "-n",
  "--",
  "=",
  "A=b",
  "größe 日本語 🚢",
  "\u0081\u0082\u0088",
  Array.from({ length: 255 }, (_, index) => String.fromCodePoint(index + 1)).join(""),
  "x".repeat(100_000),
];

both("arguments arrive as they are written", async (rig) => {
  const logged = await rig.run(tell(...nasty));
  assert.deepEqual(JSON.parse(linesOf(logged, "stdout").join("")), nasty);
});

both("each nasty argument arrives alone too", async (rig) => {
  const words = nasty.slice(0, -1);
  const told = await Promise.all(words.map((word) => rig.run(["printf", "%s.", word])));
  const text = (index: number) => linesOf(told[index] ?? [], "stdout").join("\n");
  // A line redrawn is logged as last drawn: of words with a carriage return the log does not have all.
  for (const [index, word] of words.entries()) if (!word.includes("\r")) assert.equal(text(index), `${word}.`);
});

both("words that mean something to a shell are programs here", async (rig) => {
  await mkdir(join(rig.folder, "bin"));
  for (const name of ["exit", "cd", "if", "echo", "a b", "it's", "-x"]) {
    await writeFile(join(rig.folder, "bin", name), '#!/bin/sh\nprintf "program %s\\n" "$*"\n');
    await chmod(join(rig.folder, "bin", name), 0o755);
    const logged = await rig.run([name, "1"], { env: { PATH: `${rig.folder}/bin:${process.env.PATH}` } });
    assert.deepEqual(linesOf(logged, "stdout"), ["program 1"], name);
  }
});

both("a command starts in the folder of the config, with nothing on its standard input", async (rig) => {
  const logged = await rig.sh("pwd; cat; readlink /proc/self/fd/0");
  assert.deepEqual(linesOf(logged, "stdout"), [await realpath(rig.folder), "/dev/null"]);
});

both("a command holds no file open but its three", async (rig) => {
  const list = ["ls", "/proc/self/fd"] as const;
  const usual = execFileSync(list[0], [list[1]], { encoding: "utf8" }).trimEnd().split("\n");
  assert.deepEqual(linesOf(await rig.run(list), "stdout"), usual);
});

both("a command has mirror's environment and the task's own on top, and leaves none of it to the next", async (rig) => {
  const own = { "A'B": "odd", QUOTES: `it's "this"`, LINES_OF: "a\nb\n", FROM_MIRROR: "t", EMPTY: "", IFS: "x" };
  const { "A'B": _, IFS: __, ...plain } = own;
  const script = "const { QUOTES, LINES_OF, FROM_MIRROR, EMPTY, IFS, MIRROR_TASK_ID, ...rest } = process.env;";
  const told = async (env: Record<string, string>) => {
    const all = await rig.run([process.execPath, "-p", `${script} JSON.stringify([process.env, rest])`], { env });
    const [given] = JSON.parse(linesOf(all, "stdout").join(""));
    return Object.fromEntries(Object.keys(own).map((name) => [name, given[name]]));
  };
  assert.deepEqual(await told(plain), { ...plain, "A'B": undefined, IFS: undefined });
  assert.deepEqual(await told({}), {
    "A'B": undefined,
    QUOTES: undefined,
    LINES_OF: undefined,
    FROM_MIRROR: "m",
    EMPTY: undefined,
    IFS: undefined,
  });
  assert.deepEqual(await told(own), own);
});

test("the environment of a command is the same through a lane, whatever its names", async () => {
  for (const base of [{}, { "with.dot": "1", "BASH_FUNC_x%%": "() { :; }" }, { PS1: "$ ", OPTIND: "7" }]) {
    const [lanes, plain] = await Promise.all(
      ways.map(async (way) => {
        const rig = await commandRig(way, base);
        const logged = await rig.run([process.execPath, "-p", "JSON.stringify(process.env)"], { env: { OWN: "1" } });
        await rig.remove();
        const { PWD, HOME, MIRROR_TASK_ID, SHLVL: _, ...rest } = JSON.parse(linesOf(logged, "stdout").join(""));
        assert.ok(HOME === rig.folder && (PWD ?? HOME) === HOME && MIRROR_TASK_ID !== undefined);
        return rest;
      }),
    );
    assert.deepEqual(lanes, plain);
    assert.deepEqual(lanes, { PATH: process.env.PATH, OWN: "1", ...base });
  }
});

test("secrets of the environment stand in no process's arguments", async () => {
  const rig = await commandRig("lanes");
  const look = "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -c 'sup3r[s]ecret' || true; echo $TOKEN";
  const logged = await rig.sh(look, { env: { TOKEN: "sup3rsecret" } });
  assert.deepEqual(linesOf(logged, "stdout"), ["0", "sup3rsecret"]);
  await rig.remove();
});

both("the streams are told apart, in order, and a last line needs no end", async (rig) => {
  const logged = await rig.sh("echo 1; echo 2; printf 3; echo e1 >&2; printf e2 >&2");
  assert.deepEqual(linesOf(logged, "stdout"), ["1", "2", "3"]);
  assert.deepEqual(linesOf(logged, "stderr"), ["e1", "e2"]);
  assert.deepEqual(linesOf(logged, "log"), ["$ sh -c 'echo 1; echo 2; printf 3; echo e1 >&2; printf e2 >&2'"]);
  assert.deepEqual(linesOf(await rig.run(["true"]), "stdout"), []);
});

both("10 MB arrive whole", async (rig) => {
  const logged = await rig.sh("seq 1 1400000; seq 1400001 1500000 >&2");
  const [out, err] = [linesOf(logged, "stdout"), linesOf(logged, "stderr")];
  assert.equal(out.length + err.length, 1_500_000);
  assert.ok([...out, ...err].every((line, index) => line === String(index + 1)));
});

both("commands at once do not mix", async (rig) => {
  const tasks = Array.from({ length: 40 }, (_, index) => `task${index}`);
  const outputs = await Promise.all(
    tasks.map((name) => rig.sh(`for i in 1 2 3 4 5; do echo ${name} $i; echo ${name} $i >&2; done; printf ${name}`)),
  );
  for (const [index, name] of tasks.entries()) {
    const lines = [1, 2, 3, 4, 5].map((i) => `${name} ${i}`);
    assert.deepEqual(linesOf(outputs[index] ?? [], "stdout"), [...lines, name]);
    assert.deepEqual(linesOf(outputs[index] ?? [], "stderr"), lines);
  }
});

both("a failing command fails with its words, its exit code and its place", async (rig) => {
  const failure = await rig.fails(["sh", "-c", "seq 1 20; echo why >&2; exit 3"]);
  const { detail, ...rest } = failure;
  assert.deepEqual(rest, {
    code: "task/command-failed",
    class: "permanent",
    message: `"sh -c 'seq 1 20; echo why >&2; exit 3'" of task "try" failed: exit code 3`,
    hint: "Read what the command wrote below; the log of the task has all of it",
    place,
  });
  assert.equal(detail?.length, 10);
  assert.ok(detail?.includes("why") && detail.includes("20"));
});

both("exit codes and signals are told in words", async (rig) => {
  for (const code of [1, 2, 42, 125, 255]) {
    assert.match((await rig.fails(["sh", "-c", `exit ${code}`])).message, new RegExp(`exit code ${code}$`));
  }
  for (const signal of ["TERM", "KILL", "SEGV", "INT"]) {
    assert.match((await rig.fails(["sh", "-c", `kill -${signal} $$`])).message, new RegExp(`by SIG${signal}\\)?$`));
  }
  const silent = await rig.fails(["sh", "-c", "exit 1"]);
  assert.equal(silent.detail, undefined);
  assert.match(silent.hint ?? "", /^Run it by hand/);
  await rig.run(["true"]);
});

both("a command that signals its whole group is told by how it ended, and the next one runs", async (rig) => {
  for (const signal of ["TERM", "INT", "HUP", "USR1", "KILL"]) {
    const failure = await rig.fails(["sh", "-c", `echo first; kill -${signal} 0; sleep 5`]);
    assert.match(failure.message, new RegExp(`by SIG${signal}\\)?$`));
    // A shell behind a lane may add its own word on the signal.
    assert.equal(failure.detail?.[0], "first");
  }
  assert.deepEqual(linesOf(await rig.run(["echo", "next"]), "stdout"), ["next"]);
});

both("a command that is not there says where it was looked for", async (rig) => {
  const { message, hint, code } = await rig.fails(["no-such-program", "x"]);
  assert.equal(code, "task/no-command");
  assert.equal(message, 'There is no command "no-such-program" in PATH, and task "try" runs it');
  assert.match(hint ?? "", /^Install no-such-program, or add its folder to PATH/);
  const path = await rig.fails(["./bin/tool"]);
  assert.equal(path.message, `There is no command "./bin/tool" at ${rig.folder}/bin/tool, and task "try" runs it`);
  assert.match(path.hint ?? "", /^Correct its path/);
});

both("a file that is no program says what to do", async (rig) => {
  await writeFile(join(rig.folder, "tool"), "#!/bin/sh\n");
  assert.equal((await rig.fails(["./tool"])).hint, "Make it executable: chmod +x ./tool");
  await writeFile(join(rig.folder, "tool"), "#!/there/is/no/shell\n");
  await chmod(join(rig.folder, "tool"), 0o755);
  assert.equal((await rig.fails(["./tool"])).code, "task/command-failed");
});

both("the task's own PATH counts, and a link is followed", async (rig) => {
  await mkdir(join(rig.folder, "bin"));
  await symlink("/bin/echo", join(rig.folder, "bin", "mine"));
  const logged = await rig.run(["mine", "hello"], { env: { PATH: "bin" } });
  assert.deepEqual(linesOf(logged, "stdout"), ["hello"]);
});

both("a folder that is gone is a failure and no crash", async (rig) => {
  const gone = await commandRig("lanes");
  await gone.remove();
  await mkdir(gone.folder);
  await rig.run(["rmdir", gone.folder]);
  assert.match((await gone.fails(["true"])).message, /could not be started/);
  await mkdir(gone.folder);
});

test.run();
