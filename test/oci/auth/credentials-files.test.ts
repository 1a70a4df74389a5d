import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import type { Failed } from "../../../src/failure/index.ts";
import { createFileCredentials } from "../../../src/oci/index.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
let home = "";

test.before.each(async () => {
  home = await mkdtemp(join(tmpdir(), "auth-"));
});
test.after.each(async () => {
  await rm(home, { recursive: true });
});

async function write(path: string, content: unknown): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

function credentials(env: Record<string, string> = {}, secrets: string[] = []) {
  const onSecret = (secret: string): void => {
    secrets.push(secret);
  };
  return createFileCredentials({ env: { PATH: `${join(home, "bin")}:/usr/bin:/bin`, ...env }, home, onSecret });
}

async function helper(name: string, script: string): Promise<void> {
  const file = await write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

test("nothing configured is no credentials", async () => {
  assert.equal(await credentials()("quay.io", "a/b"), undefined);
});

test("the longest path wins, and its secret is told", async () => {
  const auth = (user: string) => ({ auth: base64(`${user}:pw-${user}`) });
  await write(".docker/config.json", { auths: { "quay.io": auth("host"), "quay.io/team": auth("team") } });
  const secrets: string[] = [];
  const find = credentials({}, secrets);
  const from = { name: join(home, ".docker/config.json"), kind: "login" };
  assert.deepEqual(await find("quay.io", "team/app"), { kind: "basic", username: "team", password: "pw-team", from });
  assert.deepEqual(await find("quay.io", "teams/app"), { kind: "basic", username: "host", password: "pw-host", from });
  assert.deepEqual(secrets, ["pw-team", "pw-host"]);
});

test("podman's file comes before docker's, and REGISTRY_AUTH_FILE in place of podman's", async () => {
  const file = (user: string) => ({ auths: { "quay.io": { auth: base64(`${user}:x`) } } });
  await write(".docker/config.json", file("docker"));
  await write("run/containers/auth.json", file("podman"));
  const named = await write("elsewhere.json", file("named"));
  const userOf = async (env: Record<string, string>): Promise<unknown> => {
    const found = await credentials(env)("quay.io", "a");
    return found?.kind === "basic" ? found.username : found;
  };
  assert.equal(await userOf({}), "docker");
  assert.equal(await userOf({ XDG_RUNTIME_DIR: join(home, "run") }), "podman");
  assert.equal(await userOf({ XDG_RUNTIME_DIR: join(home, "run"), REGISTRY_AUTH_FILE: named }), "named");
  assert.equal(await userOf({ DOCKER_AUTH_CONFIG: JSON.stringify(file("inline")) }), "inline");
});

test("a helper is asked with the server on stdin, and Docker Hub under docker's name", async () => {
  await helper("echo", `read -r server; printf '{"ServerURL":"x","Username":"u","Secret":"s-%s"}' "$server"`);
  await write(".docker/config.json", { credHelpers: { "gcr.io": "echo" }, credsStore: "echo" });
  const find = credentials();
  const from = { name: "docker-credential-echo", kind: "login" };
  assert.deepEqual(await find("gcr.io", "p/i"), { kind: "basic", username: "u", password: "s-gcr.io", from });
  assert.deepEqual(await find("docker.io", "library/x"), {
    kind: "basic",
    username: "u",
    password: "s-https://index.docker.io/v1/",
    from,
  });
});

test("a helper that gives a token gives an identity token", async () => {
  await helper("acr", `printf '{"Username":"<token>","Secret":"refresh"}'`);
  await write(".docker/config.json", { credHelpers: { "x.azurecr.io": "acr" } });
  assert.deepEqual(await credentials()("x.azurecr.io", "a"), {
    kind: "identity",
    username: "<token>",
    token: "refresh",
    from: { name: "docker-credential-acr", kind: "login" },
  });
});

test("a helper that knows nothing is no failure, one that breaks is", async () => {
  await helper("none", "echo credentials not found in native keychain; exit 1");
  await helper("broken", "echo no keychain here >&2; exit 3");
  await write(".docker/config.json", { credHelpers: { "a.io": "none", "b.io": "broken" } });
  assert.equal(await credentials()("a.io", "x"), undefined);
  await assert.rejects(credentials()("b.io", "x"), (error: Failed) => {
    assert.equal(error.failure.code, "registry/credential-helper");
    assert.deepEqual(error.failure.detail, ["no keychain here"]);
    return true;
  });
});

test("a store that is not installed matters only to what it keeps", async () => {
  await write(".docker/config.json", { auths: { "kept.io": {} }, credsStore: "desktop" });
  assert.equal(await credentials()("other.io", "x"), undefined);
  await assert.rejects(credentials()("kept.io", "x"), /docker-credential-desktop, which is not on PATH/);
});

test.run();
