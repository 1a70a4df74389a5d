import assert from "node:assert/strict";
import { test } from "uvu";
import { mendedText } from "./rig.ts";

const found = (text: string, path = "m.yaml") => mendedText(`m: { files: [${path}] }`, path, text);

test("only the tag changes, and everything around it stays: comments, quotes, indentation, line ends, a BOM", async () => {
  const text =
    "\ufeff# head\r\na:   {image:  'seldonio/deploy:1.0'}   # why\r\n\r\nb:\r\n    image: \"quay.io/seldon/operator:1.2.0\"";
  assert.equal(await found(text), text.replace("deploy:1.0", "deploy:1.2.1").replace("1.2.0", "1.2.1"));
});

test("a missing tag is added", async () => {
  assert.equal(await found("- image: busybox # test\n"), "- image: busybox:1.35 # test\n");
});

test("a version that YAML would read as a number gets quotes", async () => {
  const references = "m: { files: [m.yaml], paths: { tag: { image: minio-client, part: tag } } }";
  assert.equal(await mendedText(references, "m.yaml", "tag: 0.9-x # mc\n"), 'tag: "1.0" # mc\n');
  assert.equal(await mendedText(references, "m.yaml", 'tag: "0.9"\n'), 'tag: "1.0"\n');
});

test("a name is written as the file writes names", async () => {
  const references = "m: { files: [m.yaml], paths: { a: minio-client, b: minio-client, c: busybox } }";
  assert.equal(
    await mendedText(references, "m.yaml", "a: minio/mc:latest\nb: docker.io/minio/mc:latest\nc: alpine\n"),
    "a: seldonio/mc-ubi:1.0\nb: docker.io/seldonio/mc-ubi:1.0\nc: busybox:1.35\n",
  );
});

test("of an image that is split, each part is edited where it stands", async () => {
  const text = "image:\n  repository: seldonio/deploy # here\n  tag: v1\n  pullPolicy: Always\n";
  assert.equal(await found(text), text.replace("v1", "1.2.1"));
  const named = "m: { files: [m.yaml], paths: { image: deploy } }";
  assert.equal(
    await mendedText(named, "m.yaml", text.replace("seldonio/deploy", "seldonio/server")),
    text.replace("v1", "1.2.1"),
  );
  const withRegistry = "image:\n  registry: quay.io\n  repository: seldon/operator\n  tag: 1.2.0\n";
  assert.equal(await found(withRegistry), withRegistry.replace("1.2.0", "1.2.1"));
});

test("the JSON of alm-examples is edited inside its string", async () => {
  const text = `kind: ClusterServiceVersion
metadata:
  annotations:
    alm-examples: |-
      [{"spec": {"image": {"image": "seldonio/deploy:1.2.0"}}}]
    containerImage: quay.io/seldon/operator:1.2.0
`;
  assert.equal(await found(text), text.replaceAll("1.2.0", "1.2.1"));
});

test("an alias is left to a person, and so is a place of which two sets want different things", async () => {
  assert.equal(
    await found("a: { image: &i seldonio/deploy:1 }\nb: { image: *i }\n"),
    "a: { image: &i seldonio/deploy:1.2.1 }\nb: { image: *i }\n",
  );
  const references = "m: { files: [m.yaml], paths: { a: deploy } }\nn: { files: [m.yaml], paths: { a: operator } }";
  assert.equal(await mendedText(references, "m.yaml", "a: x/y:1\n"), undefined);
});

test("what is accepted, and what the config leaves to a person, is not edited", async () => {
  assert.equal(
    await mendedText("m: { files: [m.yaml], accept: [{ found: busybox, why: test }] }", "m.yaml", "image: busybox\n"),
    undefined,
  );
  assert.equal(await mendedText("m: { files: [m.yaml], fix: by-hand }", "m.yaml", "image: busybox\n"), undefined);
});

test("a Makefile's variable keeps its comment, and a text without line end has none afterwards", async () => {
  const references = "m: { files: [Makefile], variables: { TAG: { var: release } } }";
  assert.equal(await mendedText(references, "Makefile", "TAG ?= 1.0 # of the server"), "TAG ?= 1.2.1 # of the server");
});

test.run();
