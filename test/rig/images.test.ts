import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import { seededLayer, sha256 } from "./blob.ts";
import { startDockerRegistry } from "./docker-registry.ts";
import { imageSet, uniqueBlobs } from "./images.ts";
import { pushImages } from "./push.ts";
import { missingCommand, requires } from "./skip.ts";
import { rawDigest } from "./skopeo.ts";

const options = { seed: "set", count: 12, stacks: 2, layerBytes: 1000 };

test("a set is the same for the same seed and another for another", () => {
  const digests = (seed: string) => imageSet({ ...options, seed }).map(({ image }) => image.top.digest);
  assert.deepEqual(digests("a"), digests("a"));
  assert.notDeepEqual(digests("a"), digests("b"));
});

test("images of a set share layers", () => {
  const images = imageSet(options).map(({ image }) => image);
  const mentioned = images.flatMap((image) => image.blobs).length;
  assert.ok(uniqueBlobs(images).length < mentioned * 0.7, `${uniqueBlobs(images).length} of ${mentioned} are unique`);
});

test("a layer is a gzipped tar of one file", () => {
  const layer = seededLayer("set/stack-0", 700);
  assert.ok(Buffer.isBuffer(layer.content));
  const tar = gunzipSync(layer.content);
  assert.equal(sha256(tar), layer.diffId);
  assert.equal(tar.subarray(0, 16).toString(), "data/set-stack-0");
  assert.equal(Number.parseInt(tar.subarray(124, 135).toString(), 8), 700);
});

const real = requires(test, missingCommand("docker-registry"), missingCommand("skopeo"));

real("docker-registry takes a set, and skopeo reads the digests that were computed", async () => {
  const registry = await startDockerRegistry();
  assert.ok(registry);
  try {
    const set = imageSet(options);
    await pushImages(registry.host, set);
    for (const { repository, tag, image } of set) {
      assert.equal(await rawDigest(`${registry.host}/${repository}:${tag}`), image.top.digest);
    }
  } finally {
    await registry.stop();
  }
});

test.run();
