import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import { runMirror } from "../rig/cli.ts";
import { type DockerRegistry, startDockerRegistry } from "../rig/docker-registry.ts";
import { eventsOf, outcomesOf } from "../rig/events.ts";
import { findCommand, missingCommand, missingRoot, requires } from "../rig/skip.ts";

/**
 * Dockerfiles through buildah, on a root file system of nothing but a static busybox: an image of files alone, one
 * built `FROM` it that runs commands, one built `FROM` that, and one with files on top, all at Debian's registry.
 */
const builds = suite("builds");
const exec = promisify(execFile);
const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((path) => findCommand(path.slice(path.lastIndexOf("/") + 1)));

const CONFIG = (host: string) => `version: 1
registries:
  here: { type: oci, host: "${host}", scheme: http }
images:
  rootfs:
    version: "1"
    build: { files: [{ from: rootfs }], env: { PATH: /bin }, labels: { vendor: toys } }
  core:
    version: "1.9"
    build:
      context: core
      dockerfile: Dockerfile
      args: { VERSION: "1.9" }
      labels: { name: core }
      secrets: { token: "\${env:TOKEN}" }
      builder: buildah
  batch: { version: "2", build: { context: batch, target: last, builder: buildah } }
  topped:
    version: "1"
    build: { base: batch, files: [{ from: licenses, to: /licenses }], user: "1001", labels: { name: topped } }
targets:
  here: { registry: here, images: { core: "toys/core-ubi:\${tag}", batch: toys/batch, topped: toys/topped } }
`;

const FILES = {
  "core/Dockerfile": `ARG VERSION
FROM rootfs
ARG VERSION
RUN --mount=type=secret,id=token echo built $VERSION with $(wc -c </run/secrets/token) bytes >/made
COPY app /app
`,
  "core/.dockerignore": "*.log\n",
  "core/app": "app",
  "core/noise.log": "1",
  "batch/Dockerfile": `ARG CORE=1.9
FROM HOST/toys/core-ubi:\${CORE} AS first
RUN cat /made >/copied
FROM rootfs AS last
COPY --from=first /copied /copied
`,
  "licenses/LICENSE": "free",
};

let folder = "";
let home = "";
let registry: DockerRegistry | undefined;

builds.before(async () => {
  if (busybox === undefined || findCommand("buildah") === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "mirror-builds-"));
  home = await mkdtemp(join(tmpdir(), "mirror-buildah-"));
  registry = await startDockerRegistry();
  await write("mirror.config.yaml", CONFIG(registry?.host ?? ""));
  for (const [path, text] of Object.entries(FILES)) await write(path, text.replace("HOST", registry?.host ?? ""));
  await mkdir(join(folder, "rootfs/bin"), { recursive: true });
  for (const name of ["sh", "cat", "wc", "echo"]) await cp(busybox, join(folder, "rootfs/bin", name));
});

builds.after(async () => {
  await registry?.stop();
  for (const path of [folder, home]) if (path !== "") await rm(path, { recursive: true, force: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Away from the storage of the machine's own user, and without what only a privileged container may do. */
const env = () => ({
  TOKEN: "never printed",
  STORAGE_DRIVER: "vfs",
  BUILDAH_ISOLATION: "chroot",
  XDG_DATA_HOME: join(home, "data"),
  XDG_RUNTIME_DIR: join(home, "run"),
  CONTAINERS_STORAGE_CONF: join(home, "storage.conf"),
});

const mirror = async (...args: string[]) => {
  await writeFile(
    join(home, "storage.conf"),
    `[storage]\ndriver = "vfs"\ngraphroot = "${join(home, "graph")}"\nrunroot = "${join(home, "runroot")}"\n`,
  );
  return runMirror(args, { cwd: folder, env: env() });
};

const outcome = (stdout: string, id: string) => outcomesOf(stdout, id)[0];

async function configOf(reference: string) {
  const skopeo = findCommand("skopeo") ?? "skopeo";
  const args = ["inspect", "--config", "--tls-verify=false", "--no-creds", `docker://${registry?.host}/${reference}`];
  const { stdout } = await exec(skopeo, args);
  return JSON.parse(stdout) as { config: Record<string, unknown>; rootfs: { diff_ids: string[] } };
}

/** What an image holds, as `skopeo` takes it apart: the text of one file, from the last layer that has it. */
async function fileIn(reference: string, path: string): Promise<string | undefined> {
  const to = await mkdtemp(join(home, "dir-"));
  const skopeo = findCommand("skopeo") ?? "skopeo";
  await exec(skopeo, ["copy", "--src-tls-verify=false", `docker://${registry?.host}/${reference}`, `dir:${to}`]);
  let found: string | undefined;
  for (const name of (await readdir(to)).filter((one) => /^[0-9a-f]{64}$/.test(one))) {
    found = (await exec("tar", ["-xzOf", join(to, name), path]).catch(() => undefined))?.stdout ?? found;
  }
  return found;
}

const missing = [
  missingCommand("buildah"),
  missingCommand("docker-registry"),
  missingCommand("skopeo"),
  missingRoot(),
  busybox === undefined ? "busybox is not installed" : undefined,
];
const whole = requires(builds, ...missing);

whole("images of the config that Dockerfiles start from come first, and a plan says what would be built", async () => {
  const { code, stdout } = await mirror("graph", "--format", "json");
  assert.equal(code, 0, stdout);
  const needs = new Map<string, string[]>();
  const graph = JSON.parse(stdout) as { nodes: { id: string; needs: string[] }[] };
  for (const node of graph.nodes) needs.set(node.id, node.needs);
  assert.deepEqual(needs.get("build:core"), ["build:rootfs"]);
  assert.deepEqual(needs.get("build:batch")?.toSorted(), ["build:core", "build:rootfs"]);
  assert.deepEqual(needs.get("build:topped"), ["build:batch"]);

  const plan = await mirror("plan", "--json");
  assert.equal(plan.code, 0, plan.stdout + plan.stderr);
  const built = outcome(plan.stdout, "build:core");
  assert.ok(built?.kind === "done" && built.summary === "would be built", plan.stdout);
});

whole("a Dockerfile is built, what the builder says is the node's log, and the result is pushed", async () => {
  const { code, stdout, stderr } = await mirror("run", "--json");
  assert.equal(code, 0, stdout + stderr);
  const core = outcome(stdout, "build:core");
  assert.ok(core?.kind === "done" && core.effect === "changed", stdout);
  assert.match(core.summary, /^built sha256:[0-9a-f]{12} with buildah from 3 files$/);
  const lines = eventsOf(stdout).flatMap((event) => (event.type === "node-log" ? [event.line] : []));
  assert.ok(lines.some((line) => /^\$ buildah build --layers --file /.test(line)));
  assert.ok(
    lines.some((line) => /STEP \d+\/\d+: RUN/.test(line)),
    lines.join("\n"),
  );
  assert.doesNotMatch(stdout, /never printed/);

  const config = await configOf("toys/core-ubi:1.9");
  assert.deepEqual((config.config.Labels as Record<string, string>).name, "core");
  assert.deepEqual((config.config.Labels as Record<string, string>).vendor, "toys");
  assert.equal(await fileIn("toys/core-ubi:1.9", "made"), "built 1.9 with 13 bytes\n");
  assert.equal(await fileIn("toys/batch:2", "copied"), "built 1.9 with 13 bytes\n");
});

whole("files on a base are one more layer, and what is not said is the base's", async () => {
  const [batch, topped] = [await configOf("toys/batch:2"), await configOf("toys/topped:1")];
  assert.deepEqual(topped.rootfs.diff_ids.slice(0, -1), batch.rootfs.diff_ids);
  assert.equal(topped.config.User, "1001");
  assert.deepEqual(topped.config.Env, batch.config.Env);
  assert.deepEqual(topped.config.Labels, { ...(batch.config.Labels as object), name: "topped" });
  assert.equal(await fileIn("toys/topped:1", "licenses/LICENSE"), "free");
});

whole("the second time nothing is built, though dates and what .dockerignore leaves out are others", async () => {
  await write("core/noise.log", "2");
  await write("core/app", "app");
  const { code, stdout } = await mirror("run", "--json");
  assert.equal(code, 0, stdout);
  for (const name of ["core", "batch"]) {
    const again = outcome(stdout, `build:${name}`);
    assert.ok(again?.kind === "done" && again.effect === "unchanged", JSON.stringify(again));
  }
  assert.doesNotMatch(stdout, /buildah build/);
});

whole("a change is built, and what stands on it too; what does not is left alone", async () => {
  await write("batch/Dockerfile", `${FILES["batch/Dockerfile"].replace("HOST", registry?.host ?? "")}LABEL a=b\n`);
  const batch = await mirror("run", "build:batch", "--json");
  assert.equal(batch.code, 0, batch.stdout);
  const [core, changed] = [outcome(batch.stdout, "build:core"), outcome(batch.stdout, "build:batch")];
  assert.ok(core?.kind === "done" && core.effect === "unchanged");
  assert.ok(changed?.kind === "done" && changed.effect === "changed");

  await write("core/app", "another app");
  const all = await mirror("run", "build:batch", "--json");
  for (const name of ["core", "batch"]) {
    const again = outcome(all.stdout, `build:${name}`);
    assert.ok(again?.kind === "done" && again.effect === "changed", all.stdout);
  }
});

whole("what was built and is gone is built again", async () => {
  await rm(join(folder, ".mirror/builds/blobs"), { recursive: true });
  const { stdout } = await mirror("run", "build:core", "--json");
  const again = outcome(stdout, "build:core");
  assert.ok(again?.kind === "done" && again.effect === "changed", stdout);
});

whole("a command that fails fails its image, with what it wrote", async () => {
  await write("core/Dockerfile", "FROM rootfs\nRUN echo so it goes && nothing-here\n");
  const { code, stdout } = await mirror("run", "build:core");
  assert.equal(code, 1);
  assert.match(stdout, /mirror\.config\.yaml:\d+:\d+: error .*buildah build/);
  assert.match(stdout, /so it goes/);
});

builds.run();
