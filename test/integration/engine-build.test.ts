import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "uvu";
import { requires } from "../rig/skip.ts";

const note = JSON.parse(readFileSync("helm/engine.json", "utf8"));
const engine = requires(test, missingGo());

engine("the engine that is shipped is what its source builds", () => {
  const { status, stdout, stderr } = node("helm/build.mjs", "--check");
  assert.equal(status, 0, stdout + stderr);
});

engine("documents are split where helm splits them", () => {
  const { status, stdout, stderr } = go("helm", "test", ".");
  assert.equal(status, 0, stdout + stderr);
});

requires(test, missingGo() ?? missingModules("helm/api-versions"))(
  "the API versions that the engine knows are those that helm knows",
  () => {
    const { stdout } = go("helm/api-versions", "run", ".");
    assert.equal(stdout, readFileSync("helm/stand-in/client-go/kubernetes/scheme/known.go", "utf8"));
  },
);

function node(...args: readonly string[]) {
  return spawnSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, GOPROXY: "off" } });
}

function go(folder: string, ...args: readonly string[]) {
  const env = { ...process.env, GOPROXY: "off", GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local" };
  return spawnSync("go", args, { cwd: folder, encoding: "utf8", env });
}

function missingGo(): string | undefined {
  const { error, stdout } = go("helm", "env", "GOVERSION");
  if (error !== undefined) return "go is not installed";
  if (stdout.trim() !== note.go) return `the go that is installed is ${stdout.trim()} and not ${note.go}`;
  return missingModules("helm");
}

function missingModules(folder: string): string | undefined {
  const { status } = go(folder, "list", "-deps", ".");
  return status === 0 ? undefined : `the modules of ${folder} are not in Go's cache: "go mod download" fetches them`;
}

test.run();
