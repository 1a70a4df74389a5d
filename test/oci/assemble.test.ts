import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { appendFile, chmod, link, readFile, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { test } from "uvu";
import { failureOf } from "../../src/failure/index.ts";
import { type AssembledImage, assembleImage, type ImageFile, type ImageSpec } from "../../src/oci/assemble/index.ts";
import type { Descriptor, ImageManifest } from "../../src/oci/manifest.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { inFolder } from "./temporary.ts";

const signal = new AbortController().signal;
const bytes = (value: string) => Buffer.from(value);
const assemble = (spec: Partial<ImageSpec>) => assembleImage({ name: "the image", files: [], ...spec }, signal);

async function imageOf(image: AssembledImage, reference = "any"): Promise<ImageManifest> {
  const manifest = await image.getManifest("any", reference, signal);
  assert.ok(manifest.kind === "image");
  return manifest;
}

const blobOf = async (image: AssembledImage, blob: Descriptor) => buffer(await image.openBlob("any", blob, signal));

async function layerOf(image: AssembledImage, reference = "any") {
  const { layers } = await imageOf(image, reference);
  assert.ok(layers.length === 1 && layers[0]);
  return unpackTar(gunzipSync(await blobOf(image, layers[0])));
}

async function configOf(image: AssembledImage, reference = "any") {
  return JSON.parse((await blobOf(image, (await imageOf(image, reference)).config)).toString());
}

const code = (expected: string) => (error: unknown) => failureOf(error).code === expected;

test("the layer has the files sorted, each folder before its files, and nothing that varies", async () => {
  const image = await assemble({
    files: [
      { path: "/usr/bin/tool", source: bytes("#!"), mode: "executable" },
      { path: "etc/b", source: bytes("bb") },
      { path: "etc/a", source: bytes("") },
    ],
  });
  const entries = await layerOf(image);
  assert.deepEqual(
    entries.map(({ header, data }) => [header.name, header.mode?.toString(8), data?.length]),
    [
      ["etc/", "755", undefined],
      ["etc/a", "644", 0],
      ["etc/b", "644", 2],
      ["usr/", "755", undefined],
      ["usr/bin/", "755", undefined],
      ["usr/bin/tool", "755", 2],
    ],
  );
  for (const { header } of entries) {
    assert.deepEqual([header.uid, header.gid, header.mtime?.getTime()], [0, 0, 0]);
    assert.deepEqual([header.uname, header.gname], ["", ""]);
  }
});

test("the digest is this one on every machine", async () => {
  const image = await assemble({
    files: [
      { path: "manifests/operator.yaml", source: bytes("kind: Operator\n".repeat(1000)) },
      { path: "bin/app", source: bytes("\x7fELF"), mode: "executable" },
    ],
    platforms: ["linux/amd64", "linux/arm64"],
    labels: { b: "2", a: "1" },
    env: { PATH: "/bin" },
    entrypoint: ["/bin/app"],
  });
  assert.equal(image.digest, "sha256:f1156ea324f38f8876a15dc9492359728a60120edb0595c6c8df64543658937f");
});

test("the order of files, labels and variables changes nothing, nor do dates and links of the sources", () =>
  inFolder(async (folder) => {
    const file = join(folder, "data");
    const spec = (files: ImageFile[], labels: Record<string, string>) =>
      assemble({ files, labels, env: labels, annotations: labels });
    await writeFile(file, "data");
    const [a, b] = [
      { path: "a", source: file },
      { path: "b", source: file },
    ];
    const first = await spec([a, b], { x: "1", y: "2" });
    await utimes(file, 1, 1);
    await link(file, join(folder, "other-name"));
    const second = await spec([b, a], { y: "2", x: "1" });
    assert.equal(second.digest, first.digest);
    assert.equal((await spec([a], { x: "1", y: "2" })).digest === first.digest, false);
  }));

test("sources that their owner may run are executable, and others not", () =>
  inFolder(async (folder) => {
    const [tool, data] = [join(folder, "tool"), join(folder, "data")];
    await writeFile(tool, "#!");
    await chmod(tool, 0o700);
    await writeFile(data, "", { mode: 0o600 });
    const entries = await layerOf(
      await assemble({
        files: [
          { path: "tool", source: tool },
          { path: "data", source: data },
        ],
      }),
    );
    assert.deepEqual(
      entries.map(({ header }) => [header.name, header.mode]),
      [
        ["data", 0o644],
        ["tool", 0o755],
      ],
    );
  }));

test("the config says what was asked for, and the digest of the tar", async () => {
  const image = await assemble({
    files: [{ path: "a", source: bytes("a") }],
    platforms: ["linux/arm64/v8"],
    labels: { kind: "test" },
    env: { B: "2", A: "1" },
    entrypoint: ["/a"],
    cmd: ["--help"],
    user: "1001",
    workdir: "/work",
  });
  const { layers } = await imageOf(image);
  assert.ok(layers[0]);
  const tar = gunzipSync(await blobOf(image, layers[0]));
  assert.deepEqual(await configOf(image), {
    created: "1970-01-01T00:00:00Z",
    architecture: "arm64",
    os: "linux",
    variant: "v8",
    config: {
      User: "1001",
      Env: ["A=1", "B=2"],
      Entrypoint: ["/a"],
      Cmd: ["--help"],
      WorkingDir: "/work",
      Labels: { kind: "test" },
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(tar).digest("hex")}`] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "mirror: files" }],
  });
});

test("one platform makes a manifest, several an index whose images share what they have in common", async () => {
  const files = [{ path: "a", source: bytes("a") }];
  const one = await assemble({ files });
  assert.equal(one.descriptor.mediaType, MediaType.ociManifest);
  assert.deepEqual(one.platforms, ["linux/amd64"]);

  const both = await assemble({ files, platforms: ["linux/amd64", "linux/arm64"] });
  const index = await both.getManifest("any", "latest", signal);
  assert.ok(index.kind === "index");
  assert.deepEqual(
    index.manifests.map(({ platform }) => platform),
    [
      { architecture: "amd64", os: "linux" },
      { architecture: "arm64", os: "linux" },
    ],
  );
  assert.equal(index.manifests[0]?.digest, one.digest);
  assert.equal(both.blobs.length, 3);
});

test("a file of one platform is in its image alone", async () => {
  const image = await assemble({
    files: [
      { path: "common", source: bytes("c") },
      { path: "app", source: bytes("amd"), platforms: ["linux/amd64"] },
      { path: "app", source: bytes("arm"), platforms: ["linux/arm64", "linux/arm/v7"] },
    ],
    platforms: ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"],
  });
  const index = await image.getManifest("any", "any", signal);
  assert.ok(index.kind === "index");
  const app = async (at: number) => {
    const entries = await layerOf(image, index.manifests[at]?.digest);
    return entries.find(({ header }) => header.name === "app")?.data?.toString();
  };
  const text = (value: string) => new Uint8Array(bytes(value)).toString();
  assert.deepEqual(
    [await app(0), await app(1), await app(2), await app(3)],
    [text("amd"), text("arm"), text("arm"), undefined],
  );
  assert.equal(image.blobs.filter(({ mediaType }) => mediaType === MediaType.ociLayerGzip).length, 3);
});

test("Docker's form has Docker's media types throughout, and no annotations", async () => {
  const spec = { files: [], platforms: ["linux/amd64", "linux/arm64"], mediaTypes: "docker" } as const;
  const image = await assemble(spec);
  const index = await image.getManifest("any", "any", signal);
  assert.ok(index.kind === "index");
  assert.equal(index.mediaType, MediaType.dockerList);
  const manifest = await imageOf(image, index.manifests[0]?.digest);
  assert.deepEqual(
    [manifest.mediaType, manifest.config.mediaType, manifest.layers[0]?.mediaType],
    [MediaType.dockerManifest, MediaType.dockerConfig, MediaType.dockerLayerGzip],
  );
  await assert.rejects(assemble({ ...spec, annotations: { a: "1" } }), code("oci/no-annotations"));
});

test("a large file is not kept, but packed again to the same bytes", () =>
  inFolder(async (folder) => {
    const file = join(folder, "large");
    const content = randomBytes(12_000_000);
    await writeFile(file, content);
    const image = await assemble({ files: [{ path: "large", source: file }] });
    const [entry] = await layerOf(image);
    assert.ok(entry?.data && content.equals(entry.data));
    await writeFile(file, randomBytes(12_000_000));
    await assert.rejects(layerOf(image), code("oci/file-changed"));
    await unlink(file);
    await assert.rejects(layerOf(image), code("oci/file-changed"));
  }));

test("the small form has the same files in fewer bytes", () =>
  inFolder(async (folder) => {
    const file = join(folder, "text");
    const words = (await readFile(new URL(import.meta.url))).toString().repeat(20);
    await appendFile(file, words);
    const files = [{ path: "text", source: file }];
    const [portable, small] = [await assemble({ files }), await assemble({ files, compression: "small" })];
    const sizes = [portable, small].map(({ blobs }) => blobs.find((blob) => blob.mediaType.includes("layer"))?.size);
    assert.ok((sizes[1] ?? 0) < (sizes[0] ?? 0) / 2);
    assert.deepEqual(await layerOf(portable), await layerOf(small));
  }));

test("long names survive", async () => {
  const path = `${"folder/".repeat(40)}${"ü".repeat(60)}.yaml`;
  const entries = await layerOf(await assemble({ files: [{ path, source: bytes("x") }] }));
  assert.equal(entries.at(-1)?.header.name, path);
});

for (const path of ["", "/", "../up", "a/../b", "./a", "a//b", "a/", "a\0b", "a\\b", "c:a", "etc/.wh.passwd"]) {
  test(`"${path.replace("\0", "NUL")}" is no path of a file`, async () => {
    await assert.rejects(assemble({ files: [{ path, source: bytes("x") }] }), code("oci/bad-image-path"));
  });
}

test("two files at one place, or a file where a folder is, are refused", async () => {
  for (const [one, other] of [
    ["a", "/a"],
    ["a", "a/b"],
    ["a/b", "a"],
  ] as const) {
    const files = [
      { path: one, source: bytes("1") },
      { path: other, source: bytes("2") },
    ];
    await assert.rejects(assemble({ files }), code("oci/duplicate-image-path"));
  }
});

test("a source that is missing or no file is refused by name", () =>
  inFolder(async (folder) => {
    for (const source of [join(folder, "none"), folder]) {
      await assert.rejects(assemble({ files: [{ path: "a", source }] }), (error: unknown) => {
        assert.equal(failureOf(error).code, "oci/no-such-file");
        assert.ok(failureOf(error).message.includes(source));
        return true;
      });
    }
  }));

test("a digest that is not part of the image is not found", async () => {
  const [image, other] = [await assemble({}), await assemble({ labels: { a: "1" } })];
  await assert.rejects(image.getManifest("any", other.digest, signal), code("registry/not-found"));
  await assert.rejects(image.openBlob("any", other.descriptor, signal), code("registry/not-found"));
});

test("a run that is interrupted stops the packing", () =>
  inFolder(async (folder) => {
    const file = join(folder, "large");
    await writeFile(file, randomBytes(40_000_000));
    const controller = new AbortController();
    const packing = assembleImage({ name: "x", files: [{ path: "a", source: file }] }, controller.signal);
    setTimeout(() => controller.abort(new Error("interrupted")), 20);
    await assert.rejects(packing);
  }));

test.run();
