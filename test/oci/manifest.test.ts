import assert from "node:assert/strict";
import { test } from "uvu";
import type { Failed } from "../../src/failure/index.ts";
import { digestOf, MediaType, parseManifest } from "../../src/oci/index.ts";

const descriptor = { mediaType: MediaType.ociConfig, digest: digestOf("c"), size: 1 };
const image = { schemaVersion: 2, config: descriptor, layers: [] };
const parse = (body: unknown, contentType?: string) =>
  parseManifest(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), contentType, "quay.io/a:1");

function whyNot(body: unknown, contentType?: string): string {
  try {
    parse(body, contentType);
  } catch (error) {
    return (error as Failed).failure.message;
  }
  return "it could be read";
}

test("the media type is the body's, or else that of the header without its parameters", () => {
  assert.equal(parse({ ...image, mediaType: MediaType.dockerManifest }).mediaType, MediaType.dockerManifest);
  assert.equal(parse(image, `${MediaType.ociManifest}; charset=utf-8`).mediaType, MediaType.ociManifest);
  assert.equal(parse({ ...image, mediaType: MediaType.ociManifest }, "application/json").kind, "image");
});

test("the digest is that of the bytes", () => {
  const text = JSON.stringify({ ...image, mediaType: MediaType.ociManifest }, null, 3);
  assert.equal(parse(text).digest, digestOf(text));
});

test("bytes that mean different things to different readers are refused", () => {
  const twofold = { ...image, mediaType: MediaType.ociManifest, manifests: [] };
  assert.match(whyNot(twofold), /as an index and as an image/);
  assert.match(
    whyNot({ ...image, mediaType: MediaType.ociManifest }, MediaType.ociIndex),
    /sent as .*index.* and calls/,
  );
});

test("schema 1 is refused with what to do", () => {
  assert.match(whyNot({ schemaVersion: 1, fsLayers: [] }), /quay\.io\/a:1 is in Docker's schema 1 form/);
  assert.match(whyNot({}, MediaType.dockerSchema1Signed), /schema 1/);
});

test("what is no manifest says why, and which", () => {
  assert.match(whyNot("<html>"), /of quay\.io\/a:1 cannot be read: it is not JSON/);
  assert.match(whyNot("[]"), /not a JSON object/);
  assert.match(whyNot(image), /no media type/);
  assert.match(whyNot({ schemaVersion: 2 }, MediaType.ociIndex), /has no manifests/);
  assert.match(whyNot({ ...image, layers: [{ ...descriptor, size: -1 }] }, MediaType.ociManifest), /has no size/);
  assert.match(
    whyNot({ ...image, layers: [{ ...descriptor, digest: "md5:1" }] }, MediaType.ociManifest),
    /not a digest/,
  );
  assert.match(whyNot(image, "text/plain"), /none of an image or an index/);
});

test.run();
