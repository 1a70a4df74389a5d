import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import { fixtures, noInputs, rigFor, taskOf } from "./script-rig.ts";

const lines = (logged: readonly { stream: string; line: string }[], stream: string) =>
  logged.filter((entry) => entry.stream === stream).map((entry) => entry.line);

test("a task in TypeScript, with an import of its own, receives values and hands one on", async () => {
  const pin = { repository: "docker.io/library/mysql", tag: "8.0", digest: "sha256:ab", mediaType: "x" };
  const image = {
    name: "mysql",
    target: "harbor",
    reference: "h.example/p/mysql:8.0",
    pinned: "h.example/p/mysql@sha256:ab",
    digest: "sha256:ab",
    platforms: ["linux/amd64"],
  };
  const targets = { harbor: { name: "harbor", registry: "harbor", host: "h.example", images: ["mysql"] } };
  const value = await rigFor(join(fixtures, "values.ts"), fixtures).run({
    inputs: {
      pins: { mysql: pin },
      images: { "copy:harbor/mysql": image },
      results: { before: { count: 2 } },
      targets,
      vars: new Map([["release", { read: async () => "v1" }]]),
    },
  });
  assert.deepEqual(value, { name: "try", said: "V1!", pin, image, results: { before: { count: 2 } }, targets });
});

test("output becomes whole lines, whatever the pieces it came in", async () => {
  const rig = await taskOf(
    "export default ({ $ }) => $`printf 'one\\\\ntw'; sleep 0.05; printf 'o\\\\nhalf 10%%\\\\rhalf 90%%\\\\nlast'; echo bad >&2`;",
  );
  await rig.run();
  assert.deepEqual(lines(rig.logged, "stdout"), ["one", "two", "half 90%", "last"]);
  assert.deepEqual(lines(rig.logged, "stderr"), ["bad"]);
  await rig.remove();
});

test("a character split between two chunks arrives whole", async () => {
  const rig = await taskOf("export default ({ $ }) => $`printf '\\\\xc3'; sleep 0.05; printf '\\\\xa9\\\\n'`;");
  await rig.run();
  assert.deepEqual(lines(rig.logged, "stdout"), ["é"]);
  await rig.remove();
});

test("the log says which commands ran, and how one ended that failed", async () => {
  const rig = await taskOf(
    'export default async ({ $, log }) => { log("a\\nb"); await $`true`; await $({ nothrow: true })`exit 3`; };',
  );
  await rig.run();
  assert.deepEqual(lines(rig.logged, "log"), ["a", "b", "$ true", "$ exit 3", "exit code 3: exit 3"]);
  await rig.remove();
});

test("commands see the environment given and not that of mirror, and a change stays in its task", async () => {
  process.env.MIRROR_TEST_LEAK = "leaked";
  const rig = await taskOf(`export default async ({ $, env }) => {
    env.OWN = "x";
    return (await $\`echo $OWN,$GIVEN; env | grep -c -e MIRROR_TEST_LEAK -e ZX_PREFIX || true\`).stdout;
  };`);
  const env = { PATH: process.env.PATH, GIVEN: "g", ZX_PREFIX: "false;" };
  assert.equal(await rig.run({ env }), "x,g\n0\n");
  assert.equal(process.env.OWN, undefined);
  assert.equal("OWN" in env, false);
  delete process.env.MIRROR_TEST_LEAK;
  await rig.remove();
});

test("arguments are quoted", async () => {
  const rig = await taskOf(`const odd = "$(id); 'a'  b";
    export default async ({ $ }) => (await $\`printf %s \${odd}\`).stdout;`);
  assert.equal(await rig.run(), "$(id); 'a'  b");
  await rig.remove();
});

test("a pipe stays in the task's folder, environment and log", async () => {
  const rig = await taskOf("export default async ({ $ }) => (await $`echo $HOME`.pipe`tr a-z A-Z; pwd`).stdout;");
  assert.equal(await rig.run(), `${rig.folder.toUpperCase()}\n${rig.folder}\n`);
  assert.ok(lines(rig.logged, "log").includes("$ tr a-z A-Z; pwd"));
  await rig.remove();
});

test("tasks that run at once keep their folders and their output apart", async () => {
  const rig = await taskOf(
    `export default async ({ $, name }) => {
      for (let i = 0; i < 5; i++) await $\`echo \${name} $(pwd); sleep 0.01\`;
    };`,
  );
  const logs = await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      const cwd = join(rig.folder, name);
      await mkdir(cwd);
      const seen: string[] = [];
      await rig.run({ name, cwd, log: (stream, line) => stream === "stdout" && seen.push(line) });
      return { seen, wanted: Array.from({ length: 5 }, () => `${name} ${cwd}`) };
    }),
  );
  for (const { seen, wanted } of logs) assert.deepEqual(seen, wanted);
  await rig.remove();
});

test("a variable that the config does not have is named, with the nearest that it has", async () => {
  const rig = await taskOf('export default ({ variable }) => variable("relase");');
  const vars = new Map([["release", { read: async () => "1" }]]);
  const failure = await rig.fails({ inputs: { ...noInputs, vars } });
  assert.equal(failure.code, "task/unknown-variable");
  assert.equal(failure.hint, 'Did you mean "release"?');
  await rig.remove();
});

test("a task may return nothing", async () => {
  const rig = await taskOf("export default () => {};");
  assert.equal(await rig.run(), undefined);
  await rig.remove();
});

for (const [what, source, sentence] of [
  ["a function", "({ a: [1, () => 1] })", "the value.a[1] is a function"],
  ["a cycle", "(() => { const a = {}; a.b = a; return a; })()", "the value.b contains itself"],
  ["a Map", "new Map()", "the value is a Map"],
  ["no number", "[0 / 0]", "the value[0] is NaN"],
] as const) {
  test(`a returned value that holds ${what} is refused`, async () => {
    const rig = await taskOf(`export default () => ${source};`);
    const failure = await rig.fails();
    assert.equal(failure.code, "task/bad-value");
    assert.equal(failure.message, `Task "try" returned what is not plain JSON: ${sentence}`);
    await rig.remove();
  });
}

test("nobody's .bashrc is read", async () => {
  const rig = await taskOf("export default ({ $ }) => $`true`;");
  await writeFile(join(rig.folder, ".bashrc"), "echo from bashrc");
  await rig.run();
  assert.deepEqual(lines(rig.logged, "stdout"), []);
  await rig.remove();
});

test("without bash the failure says where it was looked for", async () => {
  const rig = await taskOf("export default () => {};");
  await writeFile(join(rig.folder, "bash"), "not executable");
  const failure = await rig.fails({ env: { PATH: rig.folder } });
  assert.equal(failure.code, "task/no-bash");
  assert.match(failure.message, new RegExp(rig.folder));
  await rig.remove();
});

test.run();
