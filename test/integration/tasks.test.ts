import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import { missingCommand, requires } from "../rig/skip.ts";
import { noInputs, rigFor, type TaskRig } from "../steps/script-rig.ts";

/** The scripts under tasks/, with real repositories of git on this machine, and commands that only note what they are told. */
const tasks = suite("tasks");
const exec = promisify(execFile);
let folder = "";

tasks.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-tasks-"));
  await write("bundle/manifests/toy.clusterserviceversion.yaml", "kind: ClusterServiceVersion\n");
  await write("bundle/manifests/service.yaml", "kind: Service\n");
  await write(
    "bundle/metadata/annotations.yaml",
    "annotations:\n  operators.operatorframework.io.bundle.package.v1: toy-operator\n",
  );
});
tasks.after.each(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** A command that notes its arguments, one line a call, and then does what a script says. */
async function fake(name: string, script: string): Promise<void> {
  await write(
    `bin/${name}`,
    `#!/bin/sh\nprintf '%s|' "$@" >>"${folder}/${name}.calls"\necho >>"${folder}/${name}.calls"\n${script}\n`,
  );
  await chmod(join(folder, "bin", name), 0o755);
}

const callsOf = async (name: string): Promise<string[]> =>
  (await readFile(join(folder, `${name}.calls`), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");

const BUNDLE = {
  kind: "published",
  name: "toy",
  target: "certified",
  destination: { registry: "r", path: "toy-bundle", component: undefined, tag: "v1.2.1" },
  reference: "quay.io/toys/toy-bundle:v1.2.1",
  pinned: `quay.io/toys/toy-bundle@sha256:${"a".repeat(64)}`,
  digest: `sha256:${"a".repeat(64)}`,
  platforms: ["linux/amd64"],
} as const;

function start(name: string, env: Readonly<Record<string, string>>, bundles: readonly string[] = ["toy"]) {
  const rig: TaskRig = rigFor(fileURLToPath(new URL(`../../tasks/${name}.ts`, import.meta.url)), folder);
  const images = Object.fromEntries(
    bundles.map((one) => [`bundle:${one}`, { ...BUNDLE, name: one, folder: join(folder, "bundle") }]),
  );
  const identity = {
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@b",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@b",
  };
  const path = `${join(folder, "bin")}:${process.env.PATH}`;
  const changes = { env: { PATH: path, HOME: folder, ...identity, ...env }, inputs: { ...noInputs, images } };
  return {
    rig,
    run: () => rig.run(changes),
    fails: () => rig.fails(changes),
    said: () => rig.logged.map(({ line }) => line),
  };
}

tasks("copy_manifests puts the manifests of a bundle into the tree, in place of what was there", async () => {
  await write("certified/1.2.1/old.yaml", "old");
  const task = start("copy_manifests", { MANIFESTS: "certified/1.2.1" });
  assert.deepEqual(await task.run(), ["service.yaml", "toy.clusterserviceversion.yaml"]);
  assert.deepEqual((await readdir(join(folder, "certified/1.2.1"))).sort(), [
    "service.yaml",
    "toy.clusterserviceversion.yaml",
  ]);
});

tasks("copy_manifests touches nothing outside of the tree, and wants to be told which bundle", async () => {
  for (const MANIFESTS of ["..", ".", "/tmp/elsewhere"]) {
    assert.match((await start("copy_manifests", { MANIFESTS }).fails()).message, /is not inside of/);
  }
  assert.match((await start("copy_manifests", {}).fails()).message, /needs env: \{ MANIFESTS/);
  assert.match((await start("copy_manifests", {}, []).fails()).message, /needs a bundle/);
  assert.match(
    (await start("copy_manifests", {}, ["toy", "other"]).fails()).message,
    /name one with env: \{ BUNDLE: toy/,
  );
  await start("copy_manifests", { MANIFESTS: "x", BUNDLE: "other" }, ["toy", "other"]).run();
});

const PIPELINE = { FORK: "git@example.com:toys/certified-operators.git" };

tasks("start_certification_pipeline starts it for the bundle's path, and follows it to its end", async () => {
  await fake(
    "tkn",
    'case "$1" in pipeline) echo "PipelineRun started: run-7"; echo "[checkout] done";; *) echo "True ok";; esac',
  );
  const task = start("start_certification_pipeline", { ...PIPELINE, NAMESPACE: "certify", SUBMIT: "true" });
  await task.run();
  const [started, described] = await callsOf("tkn");
  assert.equal(
    started,
    [
      ...["pipeline", "start", "operator-ci-pipeline", "--use-param-defaults"],
      ...["--param", "git_repo_url=git@example.com:toys/certified-operators.git"],
      ...["--param", "git_branch=toy-operator-1.2.1", "--param", "bundle_path=operators/toy-operator/1.2.1"],
      ...["--param", "env=prod", "--param", "pin_digests=false", "--param", "submit=true"],
      ...["--param", "upstream_repo_name=redhat-openshift-ecosystem/certified-operators"],
      ...["--workspace", "name=pipeline,volumeClaimTemplateFile=templates/workspace-template.yml"],
      ...["--pipeline-timeout", "6h", "--namespace", "certify", "--showlog", ""],
    ].join("|"),
  );
  assert.match(described ?? "", /^pipelinerun\|describe\|run-7\|--namespace\|certify\|--output\|jsonpath=/);
  assert.ok(task.said().includes("[checkout] done"));
});

tasks("a pipeline run that has failed fails the task, though its log ended well", async () => {
  await fake(
    "tkn",
    'case "$1" in pipeline) echo "PipelineRun started: run-8";; *) echo "False Tasks Completed: 3, Failed: 1";; esac',
  );
  const failure = await start("start_certification_pipeline", PIPELINE).fails();
  assert.match(failure.message, /run-8 of operators\/toy-operator\/1\.2\.1 has failed: Tasks Completed: 3, Failed: 1/);
});

const git = requires(tasks, missingCommand("git"));

/** The catalog's repository and a fork of it, bare. */
async function repositories() {
  const [catalog, fork, work] = ["catalog.git", "toys/fork.git", "work"].map((name) => join(folder, name));
  assert.ok(catalog !== undefined && fork !== undefined && work !== undefined);
  await exec("git", ["init", "--quiet", "--bare", "--initial-branch", "main", catalog]);
  await exec("git", ["clone", "--quiet", catalog, work]).catch(() => undefined);
  await write("work/operators/other/ci.yaml", "cert_project_id: other\n");
  const identity = ["-c", "user.name=A", "-c", "user.email=a@b"];
  await exec("git", ["checkout", "-q", "-B", "main"], { cwd: work });
  await exec("git", ["add", "--all"], { cwd: work });
  await exec("git", [...identity, "commit", "--quiet", "--message", "start"], { cwd: work });
  await exec("git", ["push", "--quiet", "origin", "main"], { cwd: work });
  await exec("git", ["clone", "--quiet", "--bare", catalog, fork]);
  return {
    catalog,
    fork,
    CATALOG: `file://${catalog}`,
    FORK: `file://${fork}`,
    CERT_PROJECT_ID: "65f0c2a1b3d4e5f60718293c",
  };
}

const show = async (repository: string, what: string): Promise<string> =>
  (await exec("git", ["show", what], { cwd: repository })).stdout;

git("open_pull_request pushes the bundle in a branch of the fork and opens the pull request, once", async () => {
  const { catalog, fork, ...env } = await repositories();
  await fake(
    "gh",
    `case "$2" in list) cat "${folder}/open" 2>/dev/null || true;; create) echo https://example.com/pull/7 | tee "${folder}/open";; esac`,
  );
  const first = await start("open_pull_request", env).run();
  assert.deepEqual(first, { branch: "toy-operator-1.2.1", url: "https://example.com/pull/7" });
  const branch = "toy-operator-1.2.1";
  const at = "operators/toy-operator";
  assert.equal(await show(fork, `${branch}:${at}/1.2.1/manifests/service.yaml`), "kind: Service\n");
  assert.match(await show(fork, `${branch}:${at}/1.2.1/metadata/annotations.yaml`), /toy-operator/);
  assert.equal(
    await show(fork, `${branch}:${at}/ci.yaml`),
    "cert_project_id: 65f0c2a1b3d4e5f60718293c\nmerge: false\n",
  );
  assert.match(await show(fork, branch), /operator toy-operator \(1\.2\.1\)\n\s*\n\s*Signed-off-by: A <a@b>/);
  const commit = await show(fork, branch);

  const again = start("open_pull_request", env);
  assert.deepEqual(await again.run(), first);
  assert.ok(again.said().includes("toy-operator-1.2.1 is pushed already"), again.said().join("\n"));
  assert.equal(await show(fork, branch), commit);
  const created = (await callsOf("gh")).filter((line) => line.startsWith("pr|create|"));
  assert.equal(created.length, 1);
  assert.match(created[0] ?? "", /\|--head\|toys:toy-operator-1\.2\.1\|--title\|operator toy-operator \(1\.2\.1\)\|/);
  assert.match(await show(catalog, "main:operators/other/ci.yaml"), /other/);
});

git("without gh the branch is pushed, and the task says where to open the pull request", async () => {
  const { fork, catalog: _catalog, ...env } = await repositories();
  await fake("gh", "exit 127");
  const task = start("open_pull_request", env);
  assert.deepEqual(await task.run(), { branch: "toy-operator-1.2.1" });
  assert.match(
    task.said().join("\n"),
    /open the pull request at https:\/\/github\.com\/\S+main\.\.\.toys:toy-operator-1\.2\.1/,
  );
  assert.equal(
    await show(fork, "toy-operator-1.2.1:operators/toy-operator/1.2.1/manifests/service.yaml"),
    "kind: Service\n",
  );
});

git("a bundle that the catalog's repository has already is not pushed", async () => {
  const { fork, catalog, ...env } = await repositories();
  await fake("gh", "exit 127");
  await start("open_pull_request", env).run();
  await exec("git", ["fetch", "--quiet", fork, "toy-operator-1.2.1:main"], { cwd: catalog });
  await exec("git", ["branch", "--quiet", "-D", "toy-operator-1.2.1"], { cwd: fork });
  const task = start("open_pull_request", env);
  await task.run();
  assert.match(task.said().join("\n"), /toy-operator 1\.2\.1 is in the catalog's repository already/);
  assert.equal((await exec("git", ["branch", "--list", "toy-*"], { cwd: fork })).stdout, "");
});

tasks.run();
