import assert from "node:assert/strict";
import { test } from "uvu";
import { findImages } from "../../../src/charts/find/index.ts";
import { brief, custom, find, fixture, listed, pod } from "./rig.ts";

test("every hiding place of the own chart is found, with its document, path, line and column", () => {
  assert.deepEqual(
    listed(find(fixture("hiding-places.yaml"))),
    fixture("hiding-places.found.txt").trimEnd().split("\n"),
  );
});

test("of URLs, versions, times, servers and words nothing is sure", () => {
  const { images, unread, warnings } = find(fixture("nasty.yaml"));
  assert.deepEqual(images.map(brief), ["c docker.io/library/proxy:3128", "c docker.io/library/ubuntu:latest"]);
  assert.deepEqual([...unread, ...warnings], []);
});

/** What grep, awk and a filter on slashes lost of the MLRun chart, as its templates render it. */
const LOST = [
  [
    "a list item that begins with image",
    pod("").replace("- name: c", "- image: gcr.io/ml-pipeline/metadata-envoy:1.8.3"),
    "S gcr.io/ml-pipeline/metadata-envoy:1.8.3",
  ],
  ["a name without a slash", pod('image: "busybox:1.35"'), "S docker.io/library/busybox:1.35"],
  ["a tag that was a float", pod("image: mysql:8"), "S docker.io/library/mysql:8"],
  [
    "an argument after its option",
    pod("args: [--executor-image, gcr.io/ml-pipeline/argoexec:v3.3.8]"),
    "S gcr.io/ml-pipeline/argoexec:v3.3.8",
  ],
  [
    "another such option",
    pod('args: [\n  "--kubectl-delivery-image",\n  "mpioperator/kubectl-delivery:v0.2.3" ]'),
    "S docker.io/mpioperator/kubectl-delivery:v0.2.3",
  ],
  [
    "an option joined with its value",
    pod("args:\n  - --prometheus-config-reloader=quay.io/prometheus-operator/prometheus-config-reloader:v0.60.1"),
    "S quay.io/prometheus-operator/prometheus-config-reloader:v0.60.1",
  ],
  [
    "an option that says image",
    pod("args: [--thanos-default-base-image=quay.io/thanos/thanos:v0.28.1]"),
    "S quay.io/thanos/thanos:v0.28.1",
  ],
  [
    "a key with a capital",
    'kind: ConfigMap\ndata: { cacheImage: "gcr.io/google-containers/busybox:latest" }',
    "S gcr.io/google-containers/busybox:latest",
  ],
  [
    "two keys of a ConfigMap",
    "kind: ConfigMap\ndata:\n  MLRUN_SPARK_APP_IMAGE: gcr.io/iguazio/spark-app\n  MLRUN_SPARK_APP_IMAGE_TAG: v3.2.1-mlk",
    "S gcr.io/iguazio/spark-app:v3.2.1-mlk",
  ],
  [
    "a variable of a long name",
    pod("env: [{ name: NUCLIO_CONTROLLER_CRON_TRIGGER_CRON_JOB_IMAGE_NAME, value: appropriate/curl:latest }]"),
    "S docker.io/appropriate/curl:latest",
  ],
  [
    "a variable without a slash",
    pod("env: [{ name: NUCLIO_BUSYBOX_CONTAINER_IMAGE, value: busybox:stable }]"),
    "S docker.io/library/busybox:stable",
  ],
  [
    "a variable without a tag",
    pod("env: [{ name: NUCLIO_AWS_CLI_CONTAINER_IMAGE, value: amazon/aws-cli }]"),
    "c docker.io/amazon/aws-cli:latest",
  ],
  [
    "a variable with a host",
    pod("env: [{ name: NUCLIO_KANIKO_CONTAINER_IMAGE, value: gcr.io/kaniko-project/executor }]"),
    "S gcr.io/kaniko-project/executor:latest",
  ],
] as const;

for (const [what, manifest, expected] of LOST) {
  test(`what the script lost is found: ${what}`, () => {
    assert.deepEqual(find(manifest).images.map(brief), [expected]);
  });
}

for (const [spec, expected] of [
  ["{ image: { repository: quay.io/a/b, tag: v1 } }", "S quay.io/a/b:v1"],
  ["{ image: { registry: quay.io, repository: a/b, digest: 'sha256:D' } }", "S quay.io/a/b@sha256:D"],
  ["{ image: { registry: quay.io, repository: quay.io/a/b, tag: v1 } }", "S quay.io/a/b:v1"],
  ["{ image: { repository: a/b, tag: '1@sha256:D' } }", "S docker.io/a/b:1@sha256:D"],
  ["{ image: { repository: a/b, tag: '1', sha: D } }", "S docker.io/a/b:1@sha256:D"],
  ["{ image: { repository: a/b } }", "c docker.io/a/b:latest"],
  ["{ image: { name: quay.io/a/b:1 } }", "S quay.io/a/b:1"],
  ["{ image: quay.io/a/b, tag: v2 }", "S quay.io/a/b:v2"],
  ["{ image: quay.io/a/b:v1, tag: v2, version: v3 }", "S quay.io/a/b:v1"],
  ["{ image: quay.io/a/b, version: v3 }", "S quay.io/a/b:latest"],
  ["{ repository: nvcr.io/n, image: driver, version: 'sha256:D' }", "S nvcr.io/n/driver@sha256:D"],
  ["{ registry: quay.io, repository: a/b, tag: v1 }", "S quay.io/a/b:v1"],
  ["{ initImageRegistry: quay.io, initImageRepository: a/b, initImageTag: v1 }", "S quay.io/a/b:v1"],
  ["{ images: { server: { repository: quay.io/a/b, tag: v1 } } }", "S quay.io/a/b:v1"],
  ["{ images: [{ name: quay.io/a/b, newTag: v9 }] }", "S quay.io/a/b:v9"],
] as const) {
  test(`${spec} is ${expected}`, () => {
    const digest = "a".repeat(64);
    const { images } = find(custom(spec.replace("sha256:D", `sha256:${digest}`).replace("sha: D", `sha: ${digest}`)));
    assert.deepEqual(images.map(brief), [expected.replace("sha256:D", `sha256:${digest}`)]);
  });
}

test("an image that no registry can have is told with its place and is not in the list", () => {
  const { images, warnings } = find(pod('image: "quay.io/shop/web:"'));
  assert.deepEqual(images, []);
  assert.equal(warnings[0]?.code, "charts/unreadable-image");
  assert.deepEqual([warnings[0]?.place?.line, warnings[0]?.place?.column], [7, 15]);
});

test("a tag that helm printed as a float says what to quote", () => {
  const { warnings } = find(pod("image: quay.io/shop/web:2.0240101e+07"));
  assert.match(warnings[0]?.hint ?? "", /Quote the tag/);
});

test("a document that is no YAML is told with its place, and the others are read", () => {
  const { images, unread } = find(`a: [\n---\n${pod("image: quay.io/a/b:1")}`);
  assert.deepEqual(images.map(brief), ["S quay.io/a/b:1"]);
  assert.equal(unread.length, 1);
  assert.equal(unread[0]?.code, "charts/bad-yaml");
});

test("an operator's manifest is read as bundles are", async () => {
  const { CSV } = await import("../../bundle/csv.ts");
  const { findReferences } = await import("../../../src/bundle/index.ts");
  const { images } = find(CSV);
  const places = images.flatMap((finding) => finding.places);
  for (const { reference, place, certainty } of findReferences(CSV, "csv.yaml")) {
    const same = places.find((one) => one.line === place.line && one.column === place.column);
    assert.equal(same?.written, reference);
    if (certainty === "declared") assert.equal(same?.certainty, "sure");
  }
});

test("keys that stand twice are both looked at, as Kubernetes takes such manifests", () => {
  assert.deepEqual(find(custom("{ image: quay.io/a/b:1, image: quay.io/a/c:1 }")).images.map(brief), [
    "S quay.io/a/b:1",
    "S quay.io/a/c:1",
  ]);
});

test("a few lines of aliases do not become a whole disk", () => {
  const lines = Array.from(
    { length: 30 },
    (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}, *a${index}]`,
  );
  const started = performance.now();
  find(`a0: &a0 [{ image: quay.io/a/b:1 }]\n${lines.join("\n")}\n`);
  assert.ok(performance.now() - started < 2000);
});

for (const [what, text] of [
  ["lists", `a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`],
  ["maps", Array.from({ length: 3000 }, (_, index) => `${" ".repeat(index)}a:`).join("\n")],
  ["dashes", `${"- ".repeat(20_000)}x`],
] as const) {
  test(`${what} that are nested beyond reason are a mistake of the text, not of the program`, () => {
    const { unread } = find(text);
    assert.deepEqual(
      unread.map(({ code, message }) => [code, /nested too deeply/.test(message)]),
      [["charts/bad-yaml", true]],
    );
  });
}

test("the source's own name says the template where helm does not", () => {
  const { images } = findImages([{ source: "shop/charts/db/templates/db.yaml", text: pod("image: quay.io/a/b:1") }]);
  assert.equal(images[0]?.places[0]?.template, "shop/charts/db/templates/db.yaml");
  assert.equal(images[0]?.places[0]?.component, "db");
});

test.run();
