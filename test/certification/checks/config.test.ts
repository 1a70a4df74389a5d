import assert from "node:assert/strict";
import { test } from "uvu";
import { type CheckName, checkImage, noOracle, POLICIES, type UbiOracle } from "../../../src/certification/index.ts";
import type { Digest } from "../../../src/oci/index.ts";
import { type ContainerImage, containerImage, goodLabels } from "../../rig/container-image.ts";
import { imageSource } from "../../rig/image-source.ts";

const good: ContainerImage = {
  layers: [[{ path: "licenses/LICENSE", content: "terms" }]],
  labels: goodLabels,
  user: "1001",
};

interface Asked {
  readonly tag?: string | undefined;
  readonly tags?: readonly string[];
  readonly repository?: string;
  readonly ubi?: UbiOracle;
}

async function verdict(check: CheckName, image: Partial<ContainerImage>, asked: Asked = {}) {
  const made = await containerImage({ ...good, ...image });
  const source = imageSource(made, asked.tags);
  const report = await checkImage(source, "team/widget", made.top.digest as Digest, {
    policy: "container",
    name: { host: "quay.io", repository: asked.repository ?? "team/widget", tag: "tag" in asked ? asked.tag : "1.0" },
    ubi: asked.ubi ?? noOracle,
    signal: new AbortController().signal,
    now: () => 0,
    version: "0",
  });
  const result = report.platforms[0]?.results.find((one) => one.check === check);
  return result === undefined ? "not made" : "because" in result ? `${result.kind}: ${result.because}` : result.kind;
}

test("a label that is missing or empty is named", async () => {
  assert.equal(await verdict("HasRequiredLabel", {}), "passed");
  assert.equal(
    await verdict("HasRequiredLabel", { labels: { ...goodLabels, summary: "", maintainer: "" } }),
    "failed: it has no summary, maintainer",
  );
});

test("Red Hat's name may stand behind for, and nowhere else", async () => {
  const named = (name: string) => verdict("HasNoProhibitedLabels", { labels: { ...goodLabels, name } });
  assert.equal(await named("Widget for Red Hat OpenShift"), "passed");
  assert.equal(await named("credit"), "passed");
  assert.equal(await named("Red Hat widget"), 'failed: name is "Red Hat widget"');
  assert.equal(await named("widget red-hat"), 'failed: name is "widget red-hat"');
  assert.equal(await named("widget for Red Hat and redhat"), 'failed: name is "widget for Red Hat and redhat"');
  assert.equal(
    await verdict("HasNoProhibitedLabels", { labels: { ...goodLabels, maintainer: "Red Hat, Inc." } }),
    'failed: maintainer is "Red Hat, Inc."',
  );
  assert.equal(await verdict("HasProhibitedContainerName", {}, { repository: "redhat/widget" }), "passed");
  assert.equal(
    await verdict("HasProhibitedContainerName", {}, { repository: "team/redhat-widget" }),
    "failed: its name is redhat-widget",
  );
});

test("a user that is neither 0 nor root passes, as 0:0 does with Red Hat", async () => {
  const as = (user: string | undefined) => verdict("RunAsNonRoot", { ...(user === undefined ? {} : { user }) });
  assert.equal(await as("1001"), "passed");
  assert.equal(await as("0:0"), "passed");
  assert.equal(await as("0"), "failed: its user is 0");
  assert.equal(await as("root"), "failed: its user is root");
  assert.equal(await as(""), "failed: no user is set, so it runs as root");
});

test("40 layers are few enough, 41 are not", async () => {
  const count = (length: number) =>
    verdict("LayerCountAcceptable", { layers: Array.from({ length }, (_, at) => [{ path: `file-${at}` }]) });
  assert.equal(await count(40), "passed");
  assert.equal(await count(41), "failed: it has 41 layers");
});

test("latest alone names no image; a digest needs a tag beside it", async () => {
  const tagged = (tag: string | undefined, tags: readonly string[]) => verdict("HasUniqueTag", {}, { tag, tags });
  assert.equal(await tagged("1.0", []), "passed");
  assert.equal(await tagged("Latest", []), "failed: Latest is its only tag");
  assert.equal(await tagged("latest", ["latest"]), "failed: latest is its only tag");
  assert.equal(await tagged("latest", []), "failed: latest is its only tag");
  assert.equal(await tagged("latest", ["1.0", "latest"]), "passed");
  assert.equal(await tagged(undefined, ["1.0"]), "passed");
  assert.equal(await tagged(undefined, ["LATEST"]), "failed: LATEST is its only tag");
  assert.equal(await tagged(undefined, []), "error: team/widget has no tag at all");
});

test("the base is asked for without empty layers, and unknown where nobody can tell", async () => {
  const asked: string[][] = [];
  const ubi: UbiOracle = async (layers) => {
    asked.push([...layers]);
    return { kind: "yes" };
  };
  assert.equal(await verdict("BasedOnUbi", {}, { ubi }), "passed");
  assert.equal(asked[0]?.length, 1);
  assert.equal(await verdict("BasedOnUbi", { layers: [[]] }, { ubi }), "passed");
  assert.deepEqual(asked[1], []);
  assert.match(await verdict("BasedOnUbi", {}), /^unknown: nobody was asked/);
  assert.match(await verdict("BasedOnUbi", {}, { ubi: async () => ({ kind: "no" }) }), /^failed: none of its layers/);
});

test("each policy makes the checks that Red Hat makes for it", async () => {
  const made = await containerImage(good);
  const counts = [];
  for (const policy of POLICIES) {
    const report = await checkImage(imageSource(made), "team/widget", made.top.digest as Digest, {
      policy,
      name: { host: "quay.io", repository: "team/widget", tag: "1.0" },
      ubi: noOracle,
      signal: new AbortController().signal,
      now: () => 0,
      version: "0",
    });
    counts.push([policy, report.platforms[0]?.results.length, report.outcome]);
  }
  assert.deepEqual(counts, [
    ["container", 10, "failed"],
    ["root", 9, "failed"],
    ["scratch-nonroot", 7, "passed"],
    ["scratch-root", 6, "passed"],
  ]);
});

test.run();
