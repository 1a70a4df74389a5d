import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "uvu";
import { failureOf } from "../../src/failure/index.ts";
import { assembleImage } from "../../src/oci/assemble/index.ts";
import { type Digest, digestOf } from "../../src/oci/digest.ts";
import { type Layout, openLayout, storeImage } from "../../src/oci/layout/index.ts";
import { MediaType } from "../../src/oci/media-types.ts";
import { inFolder } from "./temporary.ts";

const signal = new AbortController().signal;
setMaxListeners(0, signal);
const text = (value: string) => Buffer.from(value);

const multiArch = () =>
  assembleImage(
    {
      name: "the test image",
      files: [
        { path: "hello.txt", source: text("hello\n") },
        { path: "bin/app", source: text("amd64"), mode: "executable", platforms: ["linux/amd64"] },
        { path: "bin/app", source: text("arm64"), mode: "executable", platforms: ["linux/arm64"] },
      ],
      platforms: ["linux/amd64", "linux/arm64"],
    },
    signal,
  );

async function store(layout: Layout, repository: string, ...tags: string[]): Promise<Digest> {
  const image = await multiArch();
  const as = { repository, tags };
  return storeImage(layout, { from: image, repository: "any", reference: image.digest, as }, signal);
}

async function putText(layout: Layout, value: string): Promise<Digest> {
  const digest = digestOf(value);
  await layout.putBlob({ mediaType: "text/plain", digest, size: value.length }, Readable.from([text(value)]));
  return digest;
}

const code = (expected: string) => (error: unknown) => failureOf(error).code === expected;

test("a folder that does not exist is an empty layout, and reading it makes nothing", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(join(folder, "none"));
    assert.deepEqual(layout.repositories(), []);
    assert.equal(layout.tags("app"), undefined);
    await assert.rejects(layout.getManifest("app", "1", signal), code("registry/not-found"));
    assert.deepEqual(await readdir(folder), []);
  }));

test("an image that is stored is read back byte for byte after opening anew", () =>
  inFolder(async (folder) => {
    const image = await multiArch();
    assert.equal(await store(await openLayout(folder), "team/app", "1", "latest"), image.digest);

    const layout = await openLayout(folder);
    assert.deepEqual(layout.repositories(), ["team/app"]);
    assert.deepEqual(layout.tags("team/app"), ["1", "latest"]);
    const index = await layout.getManifest("team/app", "1", signal);
    assert.equal(index.digest, image.digest);
    assert.ok(index.kind === "index");
    for (const child of index.manifests) {
      const manifest = await layout.getManifest("team/app", child.digest, signal);
      assert.ok(manifest.kind === "image");
      for (const blob of [manifest.config, ...manifest.layers]) {
        const ours = await buffer(await layout.openBlob("team/app", blob, signal));
        assert.deepEqual(ours, await buffer(await image.openBlob("any", blob, signal)));
      }
    }
  }));

test("index.json has one entry for a tag, and one by digest for a manifest without a tag", () =>
  inFolder(async (folder) => {
    const digest = await store(await openLayout(folder), "team/app", "1");
    const index = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
    const names = index.manifests.map(
      (entry: { annotations: Record<string, string> }) => entry.annotations["org.opencontainers.image.ref.name"],
    );
    assert.equal(names[0], "team/app:1");
    assert.equal(names.length, 3);
    assert.match(names[1], /^team\/app@sha256:/);
    assert.equal(index.manifests[0].digest, digest);
    assert.equal(await readFile(join(folder, "oci-layout"), "utf8"), '{"imageLayoutVersion":"1.0.0"}');
  }));

test("a tag that moves leaves the manifest it stood at", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const first = await store(layout, "app", "1");
    const other = await assembleImage({ name: "other", files: [] }, signal);
    const as = { repository: "app", tags: ["1"] };
    await storeImage(layout, { from: other, repository: "any", reference: "any", as }, signal);
    const again = await openLayout(folder);
    assert.equal((await again.resolve("app", "1"))?.digest, other.digest);
    assert.equal((await again.resolve("app", first))?.digest, first);
  }));

test("a repository does not have the manifests of another", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const digest = await store(layout, "app", "1");
    await store(layout, "app/nested", "2");
    assert.equal(await layout.resolve("other", digest), undefined);
    assert.deepEqual(layout.tags("app"), ["1"]);
    assert.deepEqual(layout.tags("app/nested"), ["2"]);
  }));

test("a blob with other bytes than its digest says is refused and leaves nothing", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const blob = { mediaType: "text/plain", digest: digestOf("right"), size: 5 };
    await assert.rejects(layout.putBlob(blob, Readable.from([text("wrong")])), code("oci/digest-mismatch"));
    await assert.rejects(layout.putBlob(blob, Readable.from([text("too long")])), code("oci/digest-mismatch"));
    assert.equal(await layout.blobSize(blob.digest), undefined);
    assert.deepEqual(await readdir(join(folder, "uploads")), []);
  }));

test("a blob whose source breaks off is refused and leaves nothing", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    async function* broken() {
      yield text("some");
      throw new Error("the line is dead");
    }
    const blob = { mediaType: "text/plain", digest: digestOf("something"), size: 9 };
    await assert.rejects(layout.putBlob(blob, broken()), /the line is dead/);
    assert.deepEqual(await readdir(join(folder, "uploads")), []);
  }));

test("a blob that has changed on disk fails while it is read", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const digest = await putText(layout, "precious");
    const blob = { mediaType: "text/plain", digest, size: 8 };
    await writeFile(join(folder, "blobs", digest.replace(":", "/")), "preciouX");
    const stream = await layout.openBlob("app", blob, signal);
    await assert.rejects(buffer(stream), code("oci/digest-mismatch"));
    await writeFile(join(folder, "blobs", digest.replace(":", "/")), "prec");
    await assert.rejects(layout.openBlob("app", blob, signal), code("oci/digest-mismatch"));
  }));

test("a sha512 blob is verified and stored below its algorithm", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const digest = `sha512:${createHash("sha512").update("long").digest("hex")}` as Digest;
    await layout.putBlob({ mediaType: "text/plain", digest, size: 4 }, Readable.from([text("long")]));
    assert.equal(await layout.blobSize(digest), 4);
    assert.deepEqual(await readdir(join(folder, "blobs", "sha512")), [digest.slice(7)]);
  }));

test("a manifest whose blobs are not there is refused", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const image = await multiArch();
    const index = await image.getManifest("any", "any", signal);
    await assert.rejects(layout.putManifest("app", index, ["1"]), code("oci/missing-content"));
    assert.ok(index.kind === "index" && index.manifests[0]);
    const child = await image.getManifest("any", index.manifests[0].digest, signal);
    await assert.rejects(layout.putManifest("app", child, []), code("oci/missing-content"));
    assert.deepEqual(layout.repositories(), []);
  }));

test("a manifest under a digest that its bytes do not have is refused, also where that digest is known", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const digest = await store(layout, "app", "1");
    const index = await layout.getManifest("app", digest, signal);
    const bytes = Buffer.from(index.bytes);
    bytes[bytes.length - 1] = 0x20;
    const forged = { bytes: Buffer.from(`${bytes.toString().trimEnd()}}`), mediaType: index.mediaType, digest };
    await assert.rejects(layout.putManifest("other", forged, ["1"]), code("oci/missing-content"));
    forged.bytes = Buffer.from('{"schemaVersion":2,"manifests":[]}');
    await assert.rejects(layout.putManifest("app", forged, ["1"]), code("oci/digest-mismatch"));
  }));

test("what is written at the same time is all there afterwards", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const names = Array.from({ length: 20 }, (_, at) => `app-${at}`);
    await Promise.all(names.map((name) => store(layout, name, "1")));
    assert.deepEqual((await openLayout(folder)).repositories(), names.sort());
  }));

test("entries that another process wrote meanwhile are kept", () =>
  inFolder(async (folder) => {
    const [one, other] = [await openLayout(folder), await openLayout(folder)];
    await store(one, "from-one", "1");
    await store(other, "from-other", "1");
    await store(one, "from-one", "2");
    assert.deepEqual((await openLayout(folder)).repositories(), ["from-one", "from-other"]);
    assert.deepEqual((await openLayout(folder)).tags("from-one"), ["1", "2"]);
  }));

test("deleting a manifest removes its tags, deleting a tag only itself", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const digest = await store(layout, "app", "1", "2");
    assert.equal(await layout.deleteTag("app", "1"), true);
    assert.equal(await layout.deleteTag("app", "1"), false);
    assert.equal((await layout.resolve("app", digest))?.digest, digest);
    assert.equal(await layout.deleteManifest("app", digest), true);
    assert.deepEqual((await openLayout(folder)).tags("app"), []);
    assert.equal(await layout.resolve("app", "2"), undefined);
  }));

test("a blob that a manifest needs is not deleted", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const image = await multiArch();
    await store(layout, "app", "1");
    const blob = image.blobs[0];
    assert.ok(blob);
    assert.equal(await layout.deleteBlob(blob.digest), "needed");
    assert.equal(await layout.deleteBlob(image.digest), "needed");
    const free = await putText(layout, "of no use");
    assert.equal(await layout.deleteBlob(free), "deleted");
    assert.equal(await layout.deleteBlob(free), "missing");
  }));

test("referrers are found by their subject, also after opening anew", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    const subject = await store(layout, "app", "1");
    const empty = await putText(layout, "{}");
    const bytes = text(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MediaType.ociManifest,
        artifactType: "application/x.sbom",
        config: { mediaType: MediaType.ociEmpty, digest: empty, size: 2 },
        layers: [],
        subject: { mediaType: MediaType.ociIndex, digest: subject, size: 1 },
        annotations: { note: "a list" },
      }),
    );
    const digest = digestOf(bytes);
    await layout.putManifest("app", { bytes, mediaType: MediaType.ociManifest, digest }, []);
    const expected = {
      mediaType: MediaType.ociManifest,
      digest,
      size: bytes.length,
      artifactType: "application/x.sbom",
      annotations: { note: "a list" },
    };
    assert.deepEqual(await layout.referrers("app", subject), [expected]);
    assert.deepEqual(await (await openLayout(folder)).referrers("app", subject), [expected]);
    assert.deepEqual(await layout.referrers("app", digest), []);
  }));

test("files that a crash left half-written are removed once they are old, and not before", () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, "uploads"));
    const [old, young] = [join(folder, "uploads", "old"), join(folder, "uploads", "young")];
    await writeFile(old, "half");
    await writeFile(young, "half");
    const twoHoursAgo = Date.now() / 1000 - 7200;
    await utimes(old, twoHoursAgo, twoHoursAgo);
    const layout = await openLayout(folder);
    assert.equal((await stat(old)).size, 4);
    await putText(layout, "the first write");
    assert.deepEqual(await readdir(join(folder, "uploads")), ["young"]);
  }));

test("a folder with other things in it is not made a layout", () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, "thesis.tex"), "");
    await assert.rejects(openLayout(folder), (error: unknown) => {
      assert.equal(failureOf(error).code, "oci/not-a-layout");
      assert.match(failureOf(error).message, /thesis\.tex/);
      return true;
    });
    await assert.rejects(openLayout(join(folder, "thesis.tex")), code("oci/not-a-layout"));
  }));

test("a folder that cannot be made is refused by name at the first write", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(join(folder, "new"));
    await writeFile(join(folder, "new"), "");
    await assert.rejects(putText(layout, "text"), (error: unknown) => {
      assert.equal(failureOf(error).code, "oci/unusable-folder");
      assert.ok(failureOf(error).message.includes(join(folder, "new")));
      return true;
    });
  }));

test("a layout of another version is refused", () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, "oci-layout"), '{"imageLayoutVersion":"2.0.0"}');
    await assert.rejects(openLayout(folder), code("oci/not-a-layout"));
  }));

for (const [what, index] of [
  ["no JSON", "{"],
  ["no manifests", "{}"],
  ["an entry that is null", '{"manifests":[null]}'],
  ["a digest that leaves the folder", '{"manifests":[{"digest":"sha256:../../etc/passwd","mediaType":"a","size":1}]}'],
] as const) {
  test(`an index.json with ${what} is refused by name`, () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
      await writeFile(join(folder, "index.json"), index);
      await assert.rejects(openLayout(folder), (error: unknown) => {
        assert.equal(failureOf(error).code, "oci/bad-layout");
        assert.match(failureOf(error).message, /index\.json cannot be read/);
        return true;
      });
    }));
}

test("fields and annotations of index.json that are not ours outlive a write", () =>
  inFolder(async (folder) => {
    const layout = await openLayout(folder);
    await store(layout, "app", "1");
    const file = join(folder, "index.json");
    const index = JSON.parse(await readFile(file, "utf8"));
    index.annotations = { owner: "somebody" };
    index.manifests[0].annotations.note = "kept";
    await writeFile(file, JSON.stringify(index));
    await store(await openLayout(folder), "app", "2");
    const after = JSON.parse(await readFile(file, "utf8"));
    assert.deepEqual(after.annotations, { owner: "somebody" });
    assert.deepEqual(Object.keys(after.manifests[0].annotations).sort(), ["note", "org.opencontainers.image.ref.name"]);
  }));

test.run();
