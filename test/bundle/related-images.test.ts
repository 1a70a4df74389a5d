import assert from "node:assert/strict";
import { test } from "uvu";
import { parse } from "yaml";
import { findReferences } from "../../src/bundle/index.ts";
import { withRelatedImages } from "../../src/bundle/related-images.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const image = (name: string, digit: string) => `r.example/toys/${name}@${digest(digit)}`;

const csv = (spec: string) => `kind: ClusterServiceVersion
spec:
  install:
    spec:
      deployments:
      - spec:
          template:
            spec:
              containers:
              - name: manager
                image: ${image("operator", "a")}
                env:
                - name: RELATED_IMAGE_BATCH_PROCESSOR
                  value: ${image("batch", "b")}
                - name: RELATED_IMAGE_AGAIN
                  value: ${image("operator", "a")}
              - name: manager
                image: ${image("sidecar", "c")}
${spec}`;

const complete = (text: string) => withRelatedImages(text, "csv.yaml", findReferences(text, "csv.yaml"));
const listed = (text: string) => (parse(text) as { spec: { relatedImages: unknown } }).spec.relatedImages;

const ALL = [
  { image: image("operator", "a"), name: "manager" },
  { image: image("batch", "b"), name: "batch_processor" },
  { image: image("sidecar", "c"), name: "manager-2" },
];

test("every image in use is listed once, under its container's or variable's name", () => {
  const text = csv("  replaces: toy.v1\n");
  const completed = complete(text);
  assert.deepEqual(listed(completed), ALL);
  assert.ok(completed.endsWith("    name: manager-2\n  replaces: toy.v1\n"), completed);
  assert.equal(completed.replace(/ {2}relatedImages:\n(?: {2}[- ] .*\n)+/, ""), text);
});

test("a list that says all stays as it is", () => {
  const completed = complete(csv("  version: 1.0.0\n"));
  assert.equal(complete(completed), completed);
});

for (const [form, spec] of [
  ["indented", `  relatedImages:\n    - name: by-hand # kept\n      image: ${image("x", "f")}\n  version: 1\n`],
  ["in JSON's form", `  relatedImages: [{name: by-hand, image: "${image("x", "f")}"}] # kept\n`],
] as const) {
  test(`a list ${form} keeps what a person wrote, and gets the rest`, () => {
    const completed = complete(csv(spec));
    assert.deepEqual(
      (listed(completed) as { image: string; name: string }[]).map(({ name, image: at }) => ({ image: at, name })),
      [{ image: image("x", "f"), name: "by-hand" }, ...ALL],
    );
    assert.match(completed, /# kept/);
  });
}

for (const empty of ["relatedImages: []", "relatedImages:"]) {
  test(`"${empty}" is filled`, () => {
    assert.deepEqual(listed(complete(csv(`  ${empty}\n  version: 1\n`))), ALL);
  });
}

test("a manifest that is no ClusterServiceVersion stays as it is", () => {
  const pod = "kind: Pod\nspec:\n  containers:\n  - image: a/b:1\n";
  assert.equal(complete(pod), pod);
});

test.run();
