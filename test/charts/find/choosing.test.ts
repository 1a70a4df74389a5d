import assert from "node:assert/strict";
import { test } from "uvu";
import { type Answer, confirm, flagCollisions, isConfirmed, mergeFindings } from "../../../src/charts/find/index.ts";
import { formatReference } from "../../../src/oci/index.ts";
import { brief, custom, find, pod } from "./rig.ts";

const ignoring = (image: string, why: string) => ({
  image,
  why,
  covers: (name: string) => name === image || (image === "*/busybox" && name.endsWith("/busybox")),
});

test("an image that no manifest names is added with its reason, and one that is there keeps its places", () => {
  const add = [
    { image: "postgres:16.2", why: "pulled by a program" },
    { image: "quay.io/a/b:1", why: "for certain" },
  ];
  const { images } = find(pod("image: quay.io/a/b:1"), { add });
  assert.deepEqual(
    images.map(({ reference, added, places }) => [reference, added, places.length]),
    [
      ["docker.io/library/postgres:16.2", "pulled by a program", 0],
      ["quay.io/a/b:1", "for certain", 1],
    ],
  );
});

test("an image to add that is none is refused", () => {
  assert.throws(() => find(pod("image: a"), { add: [{ image: "Not An Image", why: "" }] }), /is not a reference/);
});

for (const name of [
  "*/busybox",
  "busybox",
  "busybox:1.35",
  "docker.io/library/busybox",
  "docker.io/library/busybox:1.35",
]) {
  test(`an image can be ignored as ${name}, and is listed with why`, () => {
    const { images, ignored, warnings } = find(pod("image: busybox:1.35"), {
      ignore: [ignoring(name, "never scheduled")],
    });
    assert.deepEqual(images, []);
    assert.deepEqual(
      ignored.map(({ finding, image, why }) => [finding.reference, finding.places.length, image, why]),
      [["docker.io/library/busybox:1.35", 1, name, "never scheduled"]],
    );
    assert.deepEqual(warnings, []);
  });
}

test("a rule that ignores nothing is told", () => {
  const { warnings } = find(pod("image: alpine:3"), { ignore: [ignoring("busybox", "gone")] });
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["charts/idle-rule"],
  );
});

for (const [manifest, kinds] of [
  [pod("image: alpine:latest"), ["latest"]],
  [pod("image: alpine"), ["no-tag"]],
  [pod("image: alpine:3"), []],
  [pod(`image: alpine:latest@sha256:${"a".repeat(64)}`), []],
  [custom("{ image: { repository: a/b, tag: 8.0 } }"), ["number-tag"]],
  [custom("{ image: { repository: a/b, tag: '8.0' } }"), []],
  [custom("{ image: { repository: a/b, tag: 8 } }"), []],
  [custom("{ image: a/b:8, version: 8.0 }"), ["number-tag"]],
  [custom("{ image: a/b:8, version: '8.0' }"), []],
  [custom("{ image: a/b:8, weight: 8.0 }"), []],
] as const) {
  test(`${manifest.trim().split("\n").at(-1)?.trim().slice(0, 60)} is flagged ${kinds.join(" ") || "not at all"}`, () => {
    assert.deepEqual(
      find(manifest).images.flatMap(({ flags }) => flags.map(({ kind }) => kind)),
      kinds,
    );
  });
}

test("a tag that is a number in the values is flagged where it is rendered", () => {
  const values = [{ source: "values.yaml", text: "db:\n  image:\n    tag: 8.0\n" }];
  const [image] = find(pod("image: mysql:8"), { values }).images;
  assert.match(image?.flags[0]?.says ?? "", /8\.0 .*without quotes.* 8$/);
});

test("images that would get one name are flagged, each with the others", () => {
  const manifest = `${pod("image: mysql:8")}---\n${pod("image: gcr.io/ml-pipeline/mysql:8")}---\n${pod("image: mysql:5")}`;
  const images = ["docker.io/library/mysql:8", "gcr.io/ml-pipeline/mysql:8"];
  const found = flagCollisions(find(manifest).images, [{ target: "harbor", name: "mysql:8", images }]);
  assert.deepEqual(
    found.map(({ flags }) => flags.map(({ kind, says }) => `${kind} ${says}`)),
    [
      [],
      ["collision gcr.io/ml-pipeline/mysql:8 would be mysql:8 at the target harbor too"],
      ["collision docker.io/library/mysql:8 would be mysql:8 at the target harbor too"],
    ],
  );
});

test("what is found in several charts is one list, an image once with the places of all", () => {
  const one = find(`${pod("image: mysql:8")}---\n${pod("env: [{ name: X, value: quay.io/a/b:1 }]")}`);
  const other = find(pod("image: quay.io/a/b:1"));
  const { images } = mergeFindings([one, other]);
  assert.deepEqual(images.map(brief), ["S docker.io/library/mysql:8", "S quay.io/a/b:1"]);
  assert.deepEqual(
    images.map(({ places }) => places.length),
    [1, 2],
  );
});

test("a candidate is confirmed by its registry, and a sure one that is missing has a dead source", async () => {
  const manifest = `${pod("image: quay.io/a/gone:1\nenv: [{ name: X, value: quay.io/a/there:1 }, { name: Y, value: quay.io/a/word:1 }]")}
---
${custom("{ image: quay.io/a/silent:1 }")}`;
  const asked: string[] = [];
  const answers: Record<string, Answer> = { "a/gone": "missing", "a/there": "there", "a/word": "missing" };
  const confirmed = await confirm(find(manifest).images, async (reference) => {
    asked.push(formatReference(reference));
    return answers[reference.repository] ?? "unknown";
  });
  assert.deepEqual(asked.sort(), ["quay.io/a/gone:1", "quay.io/a/silent:1", "quay.io/a/there:1", "quay.io/a/word:1"]);
  assert.deepEqual(
    confirmed.map((finding) => [
      brief(finding),
      finding.source,
      isConfirmed(finding),
      finding.flags.map(({ kind }) => kind),
    ]),
    [
      ["S quay.io/a/gone:1", "missing", true, ["dead-source"]],
      ["S quay.io/a/silent:1", "unknown", true, []],
      ["c quay.io/a/there:1", "there", true, []],
      ["c quay.io/a/word:1", "missing", false, []],
    ],
  );
});

test.run();
