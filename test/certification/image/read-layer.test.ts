import assert from "node:assert/strict";
import { Readable } from "node:stream";
import * as zlib from "node:zlib";
import { test } from "uvu";
import { readLayer } from "../../../src/certification/image/read-layer.ts";
import { Failed } from "../../../src/failure/index.ts";
import { type Digest, digestOf } from "../../../src/oci/index.ts";
import { tarOf } from "../../rig/container-image.ts";

const descriptor = {
  mediaType: "application/vnd.oci.image.layer.v1.tar",
  digest: digestOf("layer") as Digest,
  size: 1,
};
const never = new AbortController().signal;

const inPieces = (bytes: Uint8Array, step: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => bytes.subarray(at * step, (at + 1) * step)),
  );

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "nothing",
    (thrown: unknown) => (thrown instanceof Failed ? thrown.failure.code : String(thrown)),
  );

test("how a layer is packed is told by its bytes, whatever its media type says", async () => {
  const tar = await tarOf([
    { path: "./etc/os-release", content: "ID=rhel" },
    { path: "/usr/bin/app", content: "x".repeat(3000), mode: 0o4755 },
  ]);
  for (const bytes of [tar, zlib.gzipSync(tar)]) {
    for (const step of [1, 3, 100_000]) {
      const layer = await readLayer(inPieces(bytes, step), descriptor, never);
      assert.deepEqual(
        layer.entries.map(({ path, mode }) => [path, mode]),
        [
          ["etc/os-release", 0o644],
          ["usr/bin/app", 0o4755],
        ],
      );
      assert.equal(layer.size, tar.length);
      assert.equal(layer.texts.get("etc/os-release"), "ID=rhel");
    }
  }
});

test("zstd is read where Node has it, and named where it has not", async () => {
  const tar = await tarOf([{ path: "file", content: "text" }]);
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Buffer };
  if (zstdCompressSync === undefined) {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0]);
    assert.equal(await codeOf(readLayer(inPieces(frame, 2), descriptor, never)), "certification/zstd");
  } else {
    const layer = await readLayer(inPieces(zstdCompressSync(tar), 5), descriptor, never);
    assert.equal(layer.entries.length, 1);
  }
});

test("a layer that is cut off or no tar is named, and what the source fails with is kept", async () => {
  const packed = zlib.gzipSync(await tarOf([{ path: "file", content: "x".repeat(5000) }]), { level: 0 });
  assert.equal(
    await codeOf(readLayer(inPieces(packed.subarray(0, 3000), 500), descriptor, never)),
    "certification/layer-unreadable",
  );
  assert.equal(
    await codeOf(readLayer(inPieces(Buffer.alloc(2000, "text"), 500), descriptor, never)),
    "certification/layer-unreadable",
  );
  const source = Readable.from(
    (async function* () {
      yield packed.subarray(0, 1000);
      throw new Failed({ code: "registry/gone", class: "transient", message: "gone" });
    })(),
  );
  assert.equal(await codeOf(readLayer(source, descriptor, never)), "registry/gone");
});

test("an interrupt ends the reading", async () => {
  const stop = new AbortController();
  const source = new Readable({ read() {} });
  source.push(zlib.gzipSync(await tarOf([{ path: "file", content: "x" }])).subarray(0, 20));
  const reading = readLayer(source, descriptor, stop.signal);
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(reading);
  assert.equal(source.destroyed, true);
});

test.run();
