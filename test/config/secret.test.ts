// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs are written with ${…}
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "uvu";
import type { Config, Secret } from "../../src/config/index.ts";
import { failureOf } from "../../src/failure/index.ts";
import { failuresIn, withConfig } from "./temp-config.ts";

const withToken = (token: string) =>
  `version: 1\nregistries:\n  r:\n    type: oci\n    host: r.example.com\n    auth: { token: ${token} }\n`;

function tokenOf({ registries }: Config): Secret {
  const registry = registries.get("r");
  assert.ok(registry?.type === "oci" && registry.endpoint.auth?.kind === "token");
  return registry.endpoint.auth.token;
}

const printer = (script: string) => `{ command: [${JSON.stringify(process.execPath)}, -e, ${JSON.stringify(script)}] }`;

test("a config is read without its secrets, and an unset one is told when it is asked for", () =>
  withConfig(withToken('"${env:TOKEN}"'), {}, async (config) => {
    await assert.rejects(tokenOf(config).read(), (thrown) => {
      const { code, place } = failureOf(thrown);
      assert.deepEqual([code, place?.line, place?.column], ["config/unset-variable", 6, 21]);
      return true;
    });
  }));

test("a secret from the environment is read", () =>
  withConfig(withToken('"a-${env:TOKEN}"'), { env: { TOKEN: "b" } }, async (config) =>
    assert.equal(await tokenOf(config).read(), "a-b"),
  ));

test("a command gives a secret without its last line end, and runs once", () =>
  withConfig(
    withToken(printer("require('fs').appendFileSync('runs', 'x'); console.log('s3cret ' + process.env.WHO)")),
    { env: { WHO: "me" } },
    async (config, folder) => {
      const token = tokenOf(config);
      assert.deepEqual(await Promise.all([token.read(), token.read()]), ["s3cret me", "s3cret me"]);
      assert.equal(await readFile(join(folder, "runs"), "utf8"), "x");
    },
  ));

test("a command that fails is told with its errors and without its output", () =>
  withConfig(
    withToken(printer("console.log('half a secret'); console.error('vault is sealed'); process.exit(3)")),
    {},
    async (config) => {
      await assert.rejects(tokenOf(config).read(), (thrown) => {
        const failure = failureOf(thrown);
        assert.equal(failure.code, "config/secret-command");
        assert.match(failure.message, /exit code 3/);
        assert.deepEqual(failure.detail, ["vault is sealed"]);
        assert.doesNotMatch(JSON.stringify([failure.message, failure.hint, failure.detail]), /half a secret/);
        return true;
      });
    },
  ));

test("a command that there is not, and one that prints nothing, are told apart", async () => {
  await withConfig(withToken("{ command: [no-such-program-here] }"), {}, async (config) => {
    await assert.rejects(tokenOf(config).read(), (thrown) => /no such program/.test(failureOf(thrown).message));
  });
  await withConfig(withToken(printer("")), {}, async (config) => {
    await assert.rejects(tokenOf(config).read(), (thrown) => /printed nothing/.test(failureOf(thrown).message));
  });
});

test("a var that nobody uses may be unset, and is read like a secret", () =>
  withConfig("version: 1\nvars: { a: '${env:GONE}', b: '1' }\n", {}, async ({ vars }) => {
    assert.equal(await vars.get("b")?.read(), "1");
    await assert.rejects(async () => vars.get("a")?.read(), /GONE is not set/);
  }));

test("the environment of a task is read when the task needs it", () =>
  withConfig(
    "version: 1\ntasks: { t: { run: t.mjs, env: { A: 'x', B: '${env:GONE}' } } }\n",
    { files: { "t.mjs": "" } },
    async ({ tasks, warnings }) => {
      const env = tasks.get("t")?.env;
      assert.equal(await env?.get("A")?.read(), "x");
      await assert.rejects(async () => env?.get("B")?.read(), /GONE is not set/);
      assert.deepEqual(warnings, []);
    },
  ));

test("auth is a token, or a username and a password", async () => {
  const auth = (text: string) => withToken("x").replace("{ token: x }", text);
  assert.deepEqual(await failuresIn(auth("{ username: u }")), ["config/missing-key 6:5 4"]);
  assert.deepEqual(await failuresIn(auth("{ username: u, token: '${env:T}' }")), ["config/bad-value 6:13 8"]);
  assert.deepEqual(await failuresIn(auth("{}")), ["config/missing-key 6:5 4", "config/missing-key 6:5 4"]);
});

test("a literal password is on no line that is shown", async () => {
  const text = withToken("x").replace("{ token: x }", "{ username: u, password: hunter2, passwort: x }");
  await assert.rejects(
    withConfig(text, {}, () => undefined),
    (thrown) => {
      const { place } = failureOf(thrown);
      assert.match(place?.text ?? "", /password: \*{7}, passwort/);
      return true;
    },
  );
});

test.run();
