import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { catalogBlobs } from "../bundle/catalog/blobs.ts";
import { runMirror } from "../rig/cli.ts";

/** A copy of examples/quickstart, whose bundle is first broken and then put into a catalog with the one before it. */
let folder: string;
const csv = "manifests/demo-operator.clusterserviceversion.yaml";
const mirror = (...args: string[]) => runMirror(args, { cwd: folder });

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, file), "utf8");
  assert.ok(text.includes(from), `${file} has ${from}`);
  await writeFile(join(folder, file), text.replace(from, to));
}

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mirror-catalogs-"));
  const example = fileURLToPath(new URL("../../examples/quickstart", import.meta.url));
  await cp(example, folder, { recursive: true, filter: (path) => !path.includes(".mirror") });
});

test.after(() => rm(folder, { recursive: true, force: true }));

test("a bundle in which something is wrong is not pushed, and what is wrong is told with its line", async () => {
  await change(csv, "{ type: OwnNamespace, supported: true }", "{ type: OwnNamespace, supported: false }");
  await change(csv, "{ type: SingleNamespace, supported: true }", "{ type: SomeNamespace, supported: false }");
  const { code, stdout } = await mirror("run", "bundle:demo-operator");
  assert.equal(code, 2);
  assert.match(stdout, /demo-operator\.clusterserviceversion\.yaml:\d+:\d+: .*bundle\/install-modes/);
  assert.match(stdout, /"SomeNamespace" is no install mode/);
  assert.match(stdout, /No install mode is supported: \S+yaml:\d+:\d+/);
  const planned = await mirror("plan", "bundle:demo-operator");
  assert.match(planned.stdout, /"SomeNamespace" is no install mode/);
  await change(csv, "{ type: OwnNamespace, supported: false }", "{ type: OwnNamespace, supported: true }");
  await change(csv, "SomeNamespace, supported: false", "SingleNamespace, supported: true");
  const mended = await mirror("plan", "bundle:demo-operator");
  assert.match(mended.stdout, /bundle:demo-operator +would be created/);
});

test("a catalog names the bundle that was just made, and the one of before by the digest that its registry tells", async () => {
  const first = await mirror("run", "bundle:demo-operator");
  assert.equal(first.code, 0, first.stdout);
  await cp(join(folder, "manifests"), join(folder, "kept/1.2.0"), { recursive: true });
  await change(
    "mirror.config.yaml",
    "    metadata: metadata\n",
    "    metadata: metadata\n    version: 1.3.0\n    replaces: 1.2.0\n",
  );
  await change(
    "mirror.config.yaml",
    "\ntasks:",
    `
catalogs:
  demo:
    bundles: [demo-operator]
    previous: [{ folder: kept, metadata: metadata, image: "certified.example.com/demo-operator-bundle:\${version}" }]
    to: { target: certified, as: demo-catalog }

tasks:`,
  );
  const { code, stdout, stderr } = await mirror("run", "catalog:demo");
  assert.equal(code, 0, stdout + stderr);
  const text = await readFile(join(folder, ".mirror/catalogs/demo/configs/demo-operator/catalog.json"), "utf8");
  const blobs = catalogBlobs(text);
  assert.deepEqual(blobs[1]?.entries, [
    { name: "demo-operator.v1.3.0", replaces: "demo-operator.v1.2.0" },
    { name: "demo-operator.v1.2.0" },
  ]);
  const images = blobs.flatMap(({ image }) => image ?? []);
  assert.equal(new Set(images).size, 2);
  for (const image of images)
    assert.match(image, /^certified\.example\.com\/demo-operator-bundle@sha256:[0-9a-f]{64}$/);
  assert.match((await mirror("plan", "catalog:demo")).stdout, /catalog:demo +up to date/);
  assert.match((await mirror("list")).stdout, /demo +certified: demo-catalog/);
});

test("a previous bundle that its registry does not have is told with the line that names it", async () => {
  await change("mirror.config.yaml", "bundle:${" + "version}", "bundle:no-${" + "version}");
  const { code, stdout } = await mirror("run", "catalog:demo");
  assert.equal(code, 1);
  assert.match(stdout, /catalog\/no-image/);
  assert.match(stdout, /mirror\.config\.yaml:\d+:\d+/);
});

test.run();
