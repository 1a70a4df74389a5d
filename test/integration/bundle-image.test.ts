import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { suite } from "uvu";
import { type Layout, openLayout } from "../../src/oci/index.ts";
import { CSV } from "../bundle/csv.ts";
import { findCommand, missingCommand, missingRoot, requires } from "../rig/skip.ts";

/** A bundle made by mirror beside the one that `buildah bud -f bundle.Dockerfile` makes of the same files. */
const bundles = suite("bundle image");
const exec = promisify(execFile);
const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const idle = new AbortController().signal;

const LABELS: Readonly<Record<string, string>> = {
  "operators.operatorframework.io.bundle.mediatype.v1": "registry+v1",
  "operators.operatorframework.io.bundle.manifests.v1": "manifests/",
  "operators.operatorframework.io.bundle.metadata.v1": "metadata/",
  "operators.operatorframework.io.bundle.package.v1": "toy-operator",
  "operators.operatorframework.io.bundle.channels.v1": "stable,alpha",
  "operators.operatorframework.io.bundle.channel.default.v1": "stable",
  "operators.operatorframework.io.test.mediatype.v1": "scorecard+v1",
  "operators.operatorframework.io.test.config.v1": "tests/scorecard/",
  "com.redhat.openshift.versions": "v4.12-v4.16",
  "com.redhat.delivery.operator.bundle": "true",
};

const FILES: Readonly<Record<string, string>> = {
  "mirror.config.yaml": `version: 1
registries: { here: { type: embedded, folder: registry } }
images: { any: { version: "1", build: { files: [{ from: bundle/tests }] } } }
targets: { here: { registry: here, images: [any] } }
bundles:
  toy:
    manifests: bundle/manifests
    metadata: bundle/metadata
    pin: keep
    to: { target: here, as: "toy-bundle:1.2.1" }
`,
  "bundle/manifests/toy.clusterserviceversion.yaml": CSV,
  "bundle/manifests/service.yaml": "apiVersion: v1\nkind: Service\n",
  "bundle/metadata/annotations.yaml": `annotations:\n${Object.entries(LABELS)
    .map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`)
    .join("")}`,
  "bundle/tests/scorecard/config.yaml": "kind: Configuration\n",
  "bundle.Dockerfile": `FROM scratch
${Object.entries(LABELS)
  .map(([key, value]) => `LABEL ${key}="${value}"\n`)
  .join("")}
COPY bundle/manifests /manifests/
COPY bundle/metadata /metadata/
COPY bundle/tests/scorecard /tests/scorecard/
`,
};

let scratch = "";

bundles.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "mirror-bundle-image-"));
});
bundles.after(() => rm(scratch, { recursive: true }));

/** The same files, as another person's machine may have them. */
async function checkout(name: string, how: { order: "forwards" | "backwards"; mode: number; date: Date }) {
  const folder = join(scratch, name);
  const files = Object.entries(FILES);
  for (const [path, text] of how.order === "forwards" ? files : files.toReversed()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    await chmod(join(folder, path), how.mode);
    await utimes(join(folder, path), how.date, how.date);
  }
  return folder;
}

/** Runs mirror under a umask, in a time zone, and gives the digest of the bundle. */
async function made(folder: string, umask: string, zone: string): Promise<string> {
  const script = `umask ${umask}; exec "$0" "$@"`;
  const args = ["-c", script, process.execPath, cli, "run", "bundle:toy"];
  const env = { PATH: process.env.PATH, HOME: folder, TZ: zone, LANG: "tr_TR.UTF-8" };
  const child = spawn("sh", args, { cwd: folder, env, stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 0);
  const layout = await openLayout(join(folder, "registry"));
  const found = await layout.resolve("toy-bundle", "1.2.1");
  assert.ok(found);
  return found.digest;
}

interface Content {
  readonly labels: Readonly<Record<string, string>>;
  /** `mode owner/group size path` of every entry, and the text of every file. */
  readonly entries: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

/** What an image holds, its layers laid over each other by `tar`. */
async function contentOf(layout: Layout, repository: string, reference: string, to: string): Promise<Content> {
  const manifest = await layout.getManifest(repository, reference, idle);
  assert.ok(manifest.kind === "image");
  const chunks: Buffer[] = [];
  for await (const chunk of await layout.openBlob(repository, manifest.config, idle)) chunks.push(chunk as Buffer);
  const config = JSON.parse(Buffer.concat(chunks).toString()) as { config: { Labels: Record<string, string> } };
  await mkdir(to);
  for (const { digest } of manifest.layers) {
    const blob = join(layout.folder, "blobs/sha256", digest.slice(7));
    await exec("tar", ["--same-owner", "--same-permissions", "-xzf", blob, "-C", to]);
  }
  const { stdout } = await exec("find", [to, "-mindepth", "1", "-printf", "%m %U/%G %y %P\n"]);
  const entries = stdout.trim().split("\n").toSorted();
  const paths = entries.filter((line) => / f /.test(line)).map((line) => line.slice(line.indexOf(" f ") + 3));
  const read = paths.map(async (path) => [path, (await exec("cat", [join(to, path)])).stdout] as const);
  const { "io.buildah.version": _builder, ...labels } = config.config.Labels;
  return { labels, entries, texts: new Map(await Promise.all(read)) };
}

bundles("the same files give the same digest on another machine and day, whoever checked them out", async () => {
  const one = await checkout("one", { order: "forwards", mode: 0o644, date: new Date("2021-06-01T10:00:00Z") });
  const other = await checkout("other", { order: "backwards", mode: 0o600, date: new Date("2026-11-26T23:59:59Z") });
  const digests = [await made(one, "022", "UTC"), await made(other, "077", "Asia/Tokyo")];
  assert.equal(digests[0], digests[1]);
});

requires(
  bundles,
  missingCommand("buildah"),
  missingCommand("tar"),
  missingRoot(),
)("files, modes, owners and labels are those that buildah makes of the Dockerfile", async () => {
  const folder = await checkout("built", { order: "forwards", mode: 0o644, date: new Date() });
  await made(folder, "022", "UTC");
  const env = { ...process.env, STORAGE_DRIVER: "vfs", BUILDAH_ISOLATION: "chroot", HOME: scratch };
  const store = ["--root", join(scratch, "root"), "--runroot", join(scratch, "runroot"), "--storage-driver", "vfs"];
  const buildah = (...args: string[]) =>
    exec(findCommand("buildah") ?? "buildah", [...store, ...args], { cwd: folder, env });
  await buildah("bud", "--isolation", "chroot", "-f", "bundle.Dockerfile", "-t", "localhost/toy-bundle:1", ".");
  await buildah("push", "localhost/toy-bundle:1", `oci:${join(scratch, "buildah")}:toy`);
  assert.deepEqual((await readdir(join(scratch, "buildah"))).toSorted(), ["blobs", "index.json", "oci-layout"]);

  const ours = await openLayout(join(folder, "registry"));
  const theirs = await openLayout(join(scratch, "buildah"));
  const [mine, its] = [
    await contentOf(ours, "toy-bundle", "1.2.1", join(scratch, "ours-unpacked")),
    await contentOf(theirs, "", "toy", join(scratch, "theirs-unpacked")),
  ];
  assert.deepEqual(mine.entries, its.entries);
  assert.deepEqual(mine.texts, its.texts);
  assert.deepEqual(mine.labels, its.labels);
});

bundles.run();
