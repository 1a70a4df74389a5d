import assert from "node:assert/strict";
import { test } from "uvu";
import { digestOf, hashFor, hexOf, isDigest, parseDigest, shortDigest } from "../../src/oci/index.ts";

const hex = "a".repeat(64);

test("sha256 and sha512 in lower-case hex are digests, and nothing else is", () => {
  assert.ok(isDigest(`sha256:${hex}`));
  assert.ok(isDigest(`sha512:${"0".repeat(128)}`));
  for (const text of ["", hex, `sha256:${hex.toUpperCase()}`, `sha256:${hex}a`, `sha512:${hex}`, `md5:${hex}`]) {
    assert.ok(!isDigest(text), text);
  }
});

test("a string that is no digest is refused with where it stood", () => {
  assert.throws(() => parseDigest("sha256:x", "the lock"), /"sha256:x" in the lock is not a digest/);
});

test("digests are computed and shortened as everybody writes them", () => {
  const empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  assert.equal(digestOf(""), empty);
  assert.equal(shortDigest(digestOf("")), "sha256:e3b0c44298fc");
  assert.equal(hexOf(digestOf("")).length, 64);
});

test("content is checked with the algorithm that its digest names", () => {
  const sha512 = parseDigest(`sha512:${"0".repeat(128)}`, "test");
  assert.equal(hashFor(sha512).update("x").digest("hex").length, 128);
});

test.run();
