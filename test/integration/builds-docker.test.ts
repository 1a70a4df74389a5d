import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import { assembleImage, openLayout, storeImage } from "../../src/oci/index.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { outcomesOf } from "../rig/events.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/**
 * Builds by a docker that only notes what it is told and gives out a layout as the real one writes it, from a context
 * in a repository of git.
 */
const builds = suite("builds by docker");
const exec = promisify(execFile);
const idle = new AbortController().signal;
let here: Workspace;

const CONFIG = `version: 1
registries: { here: { type: embedded, folder: registry } }
sources: { product: { git: "GIT", ref: v1 } }
images:
  core: { version: "1.9", build: { files: [{ from: rootfs }] } }
  app:
    version: "2"
    build: { source: product, context: app, args: { CORE: "1.9" }, platforms: [linux/amd64, linux/arm64] }
targets: { here: { registry: here, images: { app: toys/app } } }
`;

builds.before.each(async () => {
  here = await workspace("version: 1\n");
  await here.write("rootfs/etc/core", "core");
  await here.write("product/app/Dockerfile", "ARG CORE\nFROM core:$CORE\nCOPY . /app\n");
  await here.write("product/app/main", "1");
  await here.write("mirror.config.yaml", CONFIG.replace("GIT", `file://${join(here.folder, "product")}`));
});
builds.after.each(() => here.remove());

async function commit(tag: string): Promise<void> {
  const git = (...args: string[]) =>
    exec("git", ["-c", "user.name=A", "-c", "user.email=a@b", ...args], { cwd: join(here.folder, "product") });
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", tag);
  await git("tag", "--force", tag);
}

/** A tar of an image layout, as `docker buildx build --output type=oci` and `docker save` write it. */
async function givenByDocker(): Promise<string> {
  const folder = join(here.folder, "given");
  const image = await assembleImage({ name: "given", files: [{ path: "a", source: Buffer.from("a") }] }, idle);
  const as = { repository: "", tags: ["latest"] };
  await storeImage(await openLayout(folder), { from: image, repository: "", reference: image.digest, as }, idle);
  await exec("tar", ["-cf", `${folder}.tar`, "-C", folder, "."]);
  return image.digest;
}

async function docker(driver: string): Promise<void> {
  await here.write(
    "bin/docker",
    `#!/bin/sh
printf '%s|' "$@" >>"${here.folder}/calls"; echo >>"${here.folder}/calls"
case "$1 $2" in
  "buildx inspect") echo "Driver: ${driver}"; exit;;
esac
for word; do
  case "$word" in
    type=oci,dest=*) cp "${here.folder}/given.tar" "\${word#type=oci,dest=}";;
    */image.tar) cp "${here.folder}/given.tar" "$word";;
  esac
done
`,
  );
  await chmod(join(here.folder, "bin/docker"), 0o755);
}

const run = (...args: string[]) =>
  runMirror(args, { cwd: here.folder, env: { PATH: `${join(here.folder, "bin")}:${process.env.PATH}` } });
const calls = async () => (await readFile(join(here.folder, "calls"), "utf8")).trim().split("\n");

for (const [driver, how] of [
  ["docker", "save"],
  ["docker-container", "layout"],
] as const) {
  requires(
    builds,
    missingCommand("git"),
    missingCommand("tar"),
  )(`the driver ${driver} gives its image out as ${how}, and bases of the config as contexts`, async () => {
    await commit("v1");
    const digest = await givenByDocker();
    await docker(driver);
    const { code, stdout, stderr } = await run("run", "--json");
    assert.equal(code, 0, stdout + stderr);
    const built = (await calls()).filter((line) => line.startsWith("buildx|build|"));
    assert.equal(built.length, 2);
    assert.match(
      built[0] ?? "",
      /\|--build-context\|core:1\.9=oci-layout:\/\/\S*\.mirror\/builds@sha256:[0-9a-f]{64}\|--file\|\S+\/app\/Dockerfile\|--build-arg\|CORE=1\.9\|--platform\|linux\/amd64\|/,
    );
    assert.equal((await calls()).filter((line) => line.startsWith("save|")).length, how === "save" ? 2 : 0);

    const layout = await openLayout(join(here.folder, "registry"));
    const pushed = await layout.getManifest("toys/app", "2", idle);
    assert.ok(pushed.kind === "index");
    assert.deepEqual(
      pushed.manifests.map((entry) => [entry.digest, entry.platform?.architecture]),
      [
        [digest, "amd64"],
        [digest, "arm64"],
      ],
    );

    const again = await run("run", "--json");
    const [outcome] = outcomesOf(again.stdout, "build:app");
    assert.ok(outcome?.kind === "done" && outcome.effect === "unchanged", again.stdout);
  });
}

requires(builds, missingCommand("git"))("what docker leaves that is no layout is told as that", async () => {
  await commit("v1");
  await mkdir(join(here.folder, "given"));
  await here.write("given/manifest.json", "[]");
  await exec("tar", ["-cf", join(here.folder, "given.tar"), "-C", join(here.folder, "given"), "."]);
  await docker("docker");
  const { code, stdout } = await run("run", "build:app");
  assert.equal(code, 1);
  assert.match(stdout, /build\/no-result: The builder of app has left no image layout/);
  assert.match(stdout, /docker writes one since version 25/);
  await rm(join(here.folder, "given"), { recursive: true });
});

builds.run();
