import assert from "node:assert/strict";
import { test } from "uvu";
import { failureOf } from "../../src/failure/index.ts";
import { type AssembledImage, assembleImage, type ImageSpec } from "../../src/oci/index.ts";

const { signal } = new AbortController();
const file = (path: string, text: string) => ({ path, source: Buffer.from(text) });

const at = (image: AssembledImage) => ({ source: image, repository: image.name, digest: image.digest });

const base = (over: Partial<ImageSpec> = {}) =>
  assembleImage(
    {
      name: "base",
      files: [file("etc/os-release", "toys")],
      platforms: ["linux/amd64", "linux/arm64"],
      labels: { vendor: "toys", name: "base" },
      env: { PATH: "/bin", LANG: "C" },
      entrypoint: ["/bin/base"],
      cmd: ["--all"],
      workdir: "/srv",
      ...over,
    },
    signal,
  );

async function configOf(image: AssembledImage) {
  const root = await image.getManifest("", image.digest, signal);
  const child = root.kind === "index" ? await image.getManifest("", root.manifests[0]?.digest ?? "", signal) : root;
  assert.ok(child.kind === "image");
  const chunks: Buffer[] = [];
  for await (const chunk of await image.openBlob("", child.config, signal)) chunks.push(chunk as Buffer);
  const config = JSON.parse(Buffer.concat(chunks).toString()) as {
    config: Record<string, unknown>;
    rootfs: { diff_ids: string[] };
    history: object[];
  };
  return { config, layers: child.layers, manifest: child };
}

test("files on a base are its last layer, for every platform of the base", async () => {
  const below = await base();
  const image = await assembleImage({ name: "top", base: at(below), files: [file("a", "1")] }, signal);
  assert.deepEqual(image.platforms, ["linux/amd64", "linux/arm64"]);
  const [lower, upper] = [await configOf(below), await configOf(image)];
  assert.deepEqual(upper.layers.slice(0, -1), lower.layers);
  assert.equal(upper.config.rootfs.diff_ids.length, 2);
  assert.equal(upper.config.history.length, 2);
});

test("what is said wins over the base, and what is not is the base's", async () => {
  const image = await assembleImage(
    { name: "top", base: at(await base()), files: [], labels: { name: "top" }, env: { LANG: "de" }, user: "1001" },
    signal,
  );
  const { config, layers } = await configOf(image);
  assert.deepEqual(config.config, {
    Env: ["LANG=de", "PATH=/bin"],
    Entrypoint: ["/bin/base"],
    Cmd: ["--all"],
    WorkingDir: "/srv",
    Labels: { name: "top", vendor: "toys" },
    User: "1001",
  });
  assert.equal(layers.length, 1, "no files, no layer");
});

test("a new entry point does not take the old arguments", async () => {
  const image = await assembleImage({ name: "top", base: at(await base()), files: [], entrypoint: ["/x"] }, signal);
  const { config } = await configOf(image);
  assert.deepEqual([config.config.Entrypoint, config.config.Cmd], [["/x"], undefined]);
});

test("Docker's form stays Docker's, and one platform stays one", async () => {
  const below = await base({ mediaTypes: "docker", platforms: ["linux/arm/v7"] });
  const image = await assembleImage({ name: "top", base: at(below), files: [file("a", "1")] }, signal);
  const { manifest } = await configOf(image);
  assert.equal(manifest.mediaType, "application/vnd.docker.distribution.manifest.v2+json");
  assert.equal(image.descriptor.digest, manifest.digest);
  assert.deepEqual(image.platforms, ["linux/arm/v7"]);
});

test("the same base and files give the same digest, and another base another", async () => {
  const make = async (text: string) =>
    assembleImage({ name: "x", base: at(await base({ files: [file("b", text)] })), files: [file("a", "1")] }, signal);
  assert.equal((await make("1")).digest, (await make("1")).digest);
  assert.notEqual((await make("1")).digest, (await make("2")).digest);
});

test("a platform that the base does not have is a failure that names those it has", async () => {
  const spec = { name: "top", base: at(await base()), files: [], platforms: ["linux/s390x"] };
  const failure = await assembleImage(spec, signal).then(() => undefined, failureOf);
  assert.equal(failure?.code, "oci/no-such-platform");
  assert.match(failure?.hint ?? "", /linux\/amd64, linux\/arm64/);
});

test.run();
