import assert from "node:assert/strict";
import { test } from "uvu";
import { findReferences, rewriteReferences } from "../../src/bundle/index.ts";
import { Failed } from "../../src/failure/index.ts";
import { CSV } from "./csv.ts";

const POD = "spec.install.spec.deployments[0].spec.template.spec";
const EXAMPLES = "metadata.annotations.alm-examples";

test("every form of reference is found, in the order of the text", () => {
  const found = findReferences(CSV, "csv.yaml").map(({ reference, path, certainty }) => [reference, path, certainty]);
  assert.deepEqual(found, [
    ["docker.io/toys/server:1.2.1", `${EXAMPLES}: [0].spec.image`, "declared"],
    ["toys/kubectl:1.14.3", `${EXAMPLES}: [0].spec.cleanupImage`, "declared"],
    ["quay.io/toys/batch:1.9.0-dev", `${EXAMPLES}: [0].spec.extra[0]`, "likely"],
    ["quay.io/toys/operator:1.2.1", "metadata.annotations.containerImage", "declared"],
    ["quay.io/toys/batch:1.9.0-dev", "metadata.annotations.mirrored", "likely"],
    ["busybox", `${POD}.initContainers[0].image`, "declared"],
    ["toys/server:1.2.1", `${POD}.containers[0].env[0].value`, "declared"],
    ["quay.io/toys/batch:1.9.0-dev", `${POD}.containers[0].env[1].value`, "declared"],
    ["quay.io/toys/batch:1.9.0-dev", `${POD}.containers[0].env[2].value`, "likely"],
    ["quay.io/toys/operator:1.2.1", `${POD}.containers[0].image`, "declared"],
    ["quay.io/toys/operator:1.2.1", `${POD}.containers[1].image`, "declared"],
    ["gcr.io/kubebuilder/kube-rbac-proxy:v0.5.0", "spec.relatedImages[0].image", "declared"],
  ]);
});

test("a place is that of the reference itself, also inside the JSON of alm-examples", () => {
  for (const { place, reference, path } of findReferences(CSV, "csv.yaml")) {
    assert.equal(CSV.split("\n")[place.line - 1], place.text);
    const shown = place.text.slice(place.column - 1, place.column - 1 + place.length);
    assert.equal(shown, path.endsWith("containers[1].image") ? "*operator" : reference);
  }
});

test("replacing nothing gives the same bytes", () => {
  assert.equal(
    rewriteReferences(CSV, "csv.yaml", () => undefined),
    CSV,
  );
  assert.equal(
    rewriteReferences(CSV, "csv.yaml", (reference) => reference),
    CSV,
  );
});

test("only references change: comments, order, quotes and layout stay", () => {
  const rewritten = rewriteReferences(CSV, "csv.yaml", (reference) => `r.example/${reference.replace(/.*\//, "")}`);
  const expected = CSV.replaceAll(
    /(?:docker\.io\/)?toys\/(?:server|kubectl):/g,
    (name) => `r.example/${name.replace(/.*\//, "")}`,
  )
    .replaceAll(/(?<!\\"|image", )quay\.io\/toys\//g, "r.example/")
    .replace("'busybox'", "'r.example/busybox'")
    .replace("gcr.io/kubebuilder/", "r.example/")
    .replace("*operator", "r.example/operator:1.2.1");
  assert.equal(rewritten, expected);
});

for (const [form, text] of [
  ["a double-quoted string", `alm-examples: "[{\\"image\\": \\"a/b:1\\",\\n \\"x\\": \\"\\\\u003c\\"}]"`],
  ["a single-quoted string", `alm-examples: '[{"image": "a/b:1", "x": "it''s"}]'`],
  ["a folded block", `alm-examples: >-\n      [{"image":\n      "a/b:1", "x": "one\n      two"}]`],
  ["a literal block with a trailing comment", `alm-examples: | # JSON\n      [{"image": "a/b:1"}]\n`],
  [
    "a plain block indented with tabs",
    `alm-examples: |\n      [\n      \t{\n      \t\t"image": "a/b:1"\n      \t}\n      ]\n`,
  ],
] as const) {
  test(`JSON in ${form} is edited in place`, () => {
    const csv = `metadata:\n  annotations:\n    ${text}\n    z: 1\n`;
    assert.equal(
      rewriteReferences(csv, "csv.yaml", () => "r.example/long/name@sha256:ab"),
      csv.replace("a/b:1", "r.example/long/name@sha256:ab"),
    );
  });
}

test("Windows line ends stay", () => {
  const csv = CSV.replaceAll("\n", "\r\n");
  const rewritten = rewriteReferences(csv, "csv.yaml", (reference) => `${reference}x`);
  const unix = rewriteReferences(CSV, "csv.yaml", (reference) => `${reference}x`);
  assert.equal(rewritten, unix.replaceAll("\n", "\r\n"));
});

test("several documents in a file keep their places", () => {
  const text = "a: 1\n---\nspec:\n  containers:\n  - image: a/b:1\n---\nspec:\n  containers:\n  - image: a/c:2\n";
  assert.deepEqual(
    findReferences(text, "pods.yaml").map(({ reference, place }) => [reference, place.line, place.column]),
    [
      ["a/b:1", 5, 12],
      ["a/c:2", 9, 12],
    ],
  );
});

test("the schema of a resource that has a field named image names no image", () => {
  const crd = "spec:\n  properties:\n    image:\n      type: string\n      default: a/b:1\n";
  assert.deepEqual(findReferences(crd, "crd.yaml"), []);
});

function failureOfReading(text: string) {
  try {
    findReferences(text, "csv.yaml");
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
  throw new Error("expected a failure");
}

test("bad YAML is refused with its place", () => {
  const failure = failureOfReading("a: 1\nb: [1, 2\nc: 3\n");
  assert.equal(failure.code, "bundle/bad-yaml");
  assert.equal(failure.place?.line, 3);
});

test("alm-examples that are not JSON are refused with their place", () => {
  const failure = failureOfReading("metadata:\n  annotations:\n    alm-examples: '[{\"a\": 1,}]'\n");
  assert.equal(failure.code, "bundle/bad-examples");
  assert.equal(failure.place?.line, 3);
});

test.run();
