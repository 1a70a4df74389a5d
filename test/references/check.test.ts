import assert from "node:assert/strict";
import { test } from "uvu";
import { compared, linesOf } from "./rig.ts";

const VALUES = `# the server
image:
  image: seldonio/deploy:1.2.1
batch:
  mc:
    image: minio/mc:latest
test: { image: busybox }
other:
  image: gcr.io/kubebuilder/kube-rbac-proxy:v0.5.0
`;

test("a value under a path is compared with the image that it should be", async () => {
  const found = await compared(
    "values: { files: [v.yaml], images: ignore, paths: { batch.mc.image: minio-client, image.image: deploy } }",
    {
      "v.yaml": VALUES,
    },
  );
  assert.deepEqual(linesOf(found), ["v.yaml:6:12 differs minio/mc:latest -> seldonio/mc-ubi:1.0 (minio-client)"]);
  assert.equal(found.agreeing, 1);
});

test("images that nothing names are compared by their repository: another version, no tag, not declared", async () => {
  const found = await compared("values: { files: [v.yaml] }", { "v.yaml": VALUES.replace("1.2.1", "1.2.0") });
  assert.deepEqual(linesOf(found), [
    "v.yaml:3:10 differs seldonio/deploy:1.2.0 -> seldonio/deploy:1.2.1 (deploy)",
    "v.yaml:6:12 undeclared minio/mc:latest",
    "v.yaml:7:16 untagged busybox -> busybox:1.35 (busybox)",
    "v.yaml:9:10 undeclared gcr.io/kubebuilder/kube-rbac-proxy:v0.5.0",
  ]);
});

test("the name of an image at a target is as good as its own, unless the files name those of one target", async () => {
  const text = "a: { image: quay.io/seldon/deploy-public:1.2.1 }\nb: { image: docker.io/seldonio/deploy:1.2.1 }\n";
  assert.deepEqual(linesOf(await compared("m: { files: [m.yaml] }", { "m.yaml": text })), []);
  assert.deepEqual(linesOf(await compared("m: { files: [m.yaml], at: public }", { "m.yaml": text })), [
    "m.yaml:2:13 differs docker.io/seldonio/deploy:1.2.1 -> quay.io/seldon/deploy-public:1.2.1 (deploy)",
  ]);
});

test("an image that the target of the files does not have is a difference", async () => {
  const found = await compared("m: { files: [m.yaml], at: public }", { "m.yaml": "image: busybox:1.35\n" });
  assert.deepEqual(linesOf(found), ["m.yaml:1:8 differs busybox:1.35 -> nothing at this target (busybox)"]);
});

test("of two images of one repository either may be meant; neither is chosen for the person", async () => {
  const found = await compared("m: { files: [m.yaml] }", {
    "m.yaml": "a: { image: mysql:5.7 }\nb: { image: mysql:5.6 }\n",
  });
  assert.deepEqual(linesOf(found), [
    "m.yaml:2:13 differs mysql:5.6 -> mysql:5.7 and mysql:8.0 (mysql-old and mysql-new)",
  ]);
  assert.equal(found.differences[0]?.fix.kind, "impossible");
});

test("digests: the declared one agrees, another differs, and one that nobody declares is not judged", async () => {
  const text = `a: { image: "quay.io/x/pinned@sha256:${"a".repeat(64)}" }
b: { image: "quay.io/x/pinned:1.0@sha256:${"b".repeat(64)}" }
c: { image: "seldonio/deploy:1.2.1@sha256:${"c".repeat(64)}" }
d: { image: "seldonio/deploy@sha256:${"c".repeat(64)}" }
e: { image: "seldonio/deploy:1.2.0@sha256:${"c".repeat(64)}" }
`;
  const found = await compared("m: { files: [m.yaml] }", { "m.yaml": text });
  assert.deepEqual(
    found.differences.map(({ place, fix }) => [place.line, fix.kind]),
    [
      [2, "impossible"],
      [5, "impossible"],
    ],
  );
  assert.deepEqual(
    found.unknown.map(({ place }) => place.line),
    [4],
  );
  assert.equal(found.agreeing, 2);
});

test("a version that a rule has yet to choose is not judged, and an image without any is told all the same", async () => {
  const found = await compared("m: { files: [m.yaml] }", {
    "m.yaml": "a: { image: quay.io/x/ranged:1.8.3 }\nb: { image: quay.io/x/ranged }\n",
  });
  assert.deepEqual(
    found.unknown.map(({ place, why }) => `${place.line} ${why}`),
    ["1 the version of ranged is chosen by a rule that is not resolved"],
  );
  assert.deepEqual(linesOf(found), ["m.yaml:2:13 untagged quay.io/x/ranged -> quay.io/x/ranged (ranged)"]);
});

test("both directions: images that no RELATED_IMAGE_* names, and a RELATED_IMAGE_* that nothing uses", async () => {
  const manager = `kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: manager
          image: quay.io/seldon/operator:1.2.1
          env:
            - { name: RELATED_IMAGE_DEPLOY, value: "seldonio/deploy:1.2.1" }
            - { name: RELATED_IMAGE_MC, value: "seldonio/mc-ubi:1.0" }
            - { name: RELATED_IMAGE_OLD, value: "busybox:1.35" }
`;
  const values = "image: seldonio/deploy:1.2.1\nmc: { image: minio/mc:latest }\ndb: { image: mysql:8.0 }\n";
  const found = await compared(
    `values: { files: [v.yaml], paths: { mc.image: minio-client } }
operator: { files: [m.yaml], covers: [values] }`,
    { "v.yaml": values, "m.yaml": manager },
  );
  assert.deepEqual(linesOf(found), [
    "m.yaml:11:50 unused busybox:1.35",
    "v.yaml:2:14 differs minio/mc:latest -> seldonio/mc-ubi:1.0 (minio-client)",
    "v.yaml:3:14 uncovered mysql:8.0",
  ]);
});

test("a difference is accepted with a reason, in some files alone; a reason for nothing is told", async () => {
  const references = `m:
  files: [a.yaml, b.yaml]
  accept:
    - { found: "busybo*", file: "a.*", why: only a test }
    - { found: "nginx", why: gone }`;
  const found = await compared(references, { "a.yaml": "image: busybox\n", "b.yaml": "image: busybox\n" });
  assert.deepEqual(linesOf(found), [
    "a.yaml:1:8 untagged busybox -> busybox:1.35 (busybox) accepted: only a test",
    "b.yaml:1:8 untagged busybox -> busybox:1.35 (busybox)",
  ]);
  assert.deepEqual(
    found.stale.map((one) => one.found),
    ["nginx"],
  );
});

test("what is nowhere is told at its place in the config", async () => {
  const references = `m:
  files: [m.yaml]
  paths: { a.b: deploy }
  env: { X: deploy }
  variables: { Y: deploy }
  patterns: [{ pattern: "z(?<z>.)", equals: { text: z } }]
none: { files: ["*.nothing"] }`;
  const found = await compared(references, { "m.yaml": "image: busybox:1.35\n" });
  assert.deepEqual(
    found.differences.map(({ kind, way, place }) => [kind, way, place.text.trim()]),
    [
      ["missing", "a.b", "paths: { a.b: deploy }"],
      ["missing", "X", "env: { X: deploy }"],
      ["missing", "Y", "variables: { Y: deploy }"],
      ["missing", "/z(?<z>.)/", 'patterns: [{ pattern: "z(?<z>.)", equals: { text: z } }]'],
      ["missing", "a file that is *.nothing", 'none: { files: ["*.nothing"] }'],
    ],
  );
});

test("variables of Makefiles, scripts and Dockerfiles, and whatever a pattern finds", async () => {
  const references = `make:
  files: [Makefile]
  variables: { TAG: { image: deploy, part: tag }, IMG: operator }
  patterns: [{ pattern: "bundle_(?<v>[\\\\d.]+)", equals: { var: release } }]`;
  const makefile =
    "TAG=1.2.0\nIMG ?= quay.io/seldon/operator:1.2.1 # the operator\nMYTAG=9\nall: bundle_1.2.1 bundle_1.1.0\n";
  assert.deepEqual(linesOf(await compared(references, { Makefile: makefile })), [
    "Makefile:1:5 differs 1.2.0 -> 1.2.1 (deploy)",
    "Makefile:4:26 differs 1.1.0 -> 1.2.1 (var release)",
  ]);
  const dockerfile = "ARG TAG=1.2.1\nENV IMG quay.io/seldon/operator:1.2.0\n";
  assert.deepEqual(
    linesOf(
      await compared(references.replace("Makefile", "Dockerfile").replace(/\n.*patterns.*/, ""), {
        Dockerfile: dockerfile,
      }),
    ),
    ["Dockerfile:2:9 differs quay.io/seldon/operator:1.2.0 -> quay.io/seldon/operator:1.2.1 (operator)"],
  );
});

test("a template is no YAML yet: images on lines of their own are found, what is rendered is left alone", async () => {
  const template = `metadata:
  name: "{{ include "x" . }}-test"
spec:
  containers:
    - image: busybox
    - image: "{{ .Values.image }}"
    # image: old:1
    - cleanupImage: 'seldonio/deploy:1.2.1'
`;
  assert.deepEqual(linesOf(await compared("t: { files: [t.yaml] }", { "t.yaml": template })), [
    "t.yaml:5:14 untagged busybox -> busybox:1.35 (busybox)",
  ]);
});

test("one place that two sets look at is told once", async () => {
  const found = await compared("a: { files: [m.yaml] }\nb: { files: [m.yaml], paths: { image: deploy } }", {
    "m.yaml": "image: seldonio/deploy:1\n",
  });
  assert.equal(found.differences.length, 1);
});

test.run();
