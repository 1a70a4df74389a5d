import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "uvu";
import { parse } from "yaml";
import {
  type BundleDeclarations,
  bundleContent,
  type FoundReference,
  NOTHING_DECLARED,
  readBundle,
  replacementsOf,
} from "../../src/bundle/index.ts";
import { failureOf } from "../../src/failure/index.ts";
import { assembleImage } from "../../src/oci/index.ts";
import { CSV } from "./csv.ts";

const ANNOTATIONS = `annotations:
  # Core bundle annotations.
  operators.operatorframework.io.bundle.mediatype.v1: registry+v1
  operators.operatorframework.io.bundle.package.v1: toy-operator
  operators.operatorframework.io.bundle.channels.v1: stable, alpha
  operators.operatorframework.io.bundle.channel.default.v1: stable
  operators.operatorframework.io.test.config.v1: tests/scorecard/
  com.redhat.delivery.operator.bundle: true
`;

const SERVICE = "apiVersion: v1\nkind: Service\n";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-bundle-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const TOY = { "manifests/csv.yaml": CSV, "manifests/service.yaml": SERVICE, "metadata/annotations.yaml": ANNOTATIONS };

async function readToy(
  files: Readonly<Record<string, string>> = TOY,
  metadata: "with" | "without" = "with",
  declared: BundleDeclarations = NOTHING_DECLARED,
) {
  const folder = await folderWith(files);
  try {
    return await readBundle({
      manifests: join(folder, "manifests"),
      metadata: metadata === "with" ? join(folder, "metadata") : undefined,
      declared,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const failing = (files: Readonly<Record<string, string>>) => readToy(files).then(() => undefined, failureOf);

test("a bundle is read from its folders", async () => {
  const bundle = await readToy();
  assert.equal(bundle.packageName, "toy-operator");
  assert.deepEqual(bundle.channels, ["stable", "alpha"]);
  assert.equal(bundle.defaultChannel, "stable");
  const { name, version, replaces } = bundle.csv;
  assert.deepEqual(
    { name, version, replaces },
    { name: "toy-operator.v1.2.1", version: "1.2.1", replaces: "toy-operator.v1.2.0" },
  );
  assert.deepEqual(
    bundle.files.map(({ path }) => path),
    ["manifests/csv.yaml", "manifests/service.yaml", "metadata/annotations.yaml"],
  );
});

test("annotations become labels, and what every bundle says is added where it is missing", async () => {
  const { labels } = await readToy();
  assert.deepEqual(labels, {
    "operators.operatorframework.io.bundle.mediatype.v1": "registry+v1",
    "operators.operatorframework.io.bundle.manifests.v1": "manifests/",
    "operators.operatorframework.io.bundle.metadata.v1": "metadata/",
    "operators.operatorframework.io.bundle.package.v1": "toy-operator",
    "operators.operatorframework.io.bundle.channels.v1": "stable, alpha",
    "operators.operatorframework.io.bundle.channel.default.v1": "stable",
    "operators.operatorframework.io.test.config.v1": "tests/scorecard/",
    "com.redhat.delivery.operator.bundle": "true",
  });
});

test("without metadata, package and annotations follow from the ClusterServiceVersion", async () => {
  const bundle = await readToy(TOY, "without");
  assert.equal(bundle.packageName, "toy-operator");
  assert.deepEqual(bundle.channels, ["alpha"]);
  const made = bundle.files.find(({ path }) => path === "metadata/annotations.yaml");
  const text = Buffer.from(made?.bytes ?? []).toString();
  for (const [key, value] of Object.entries(bundle.labels)) assert.ok(text.includes(`  ${key}: ${value}\n`));
});

test("what the config declares stands in annotations.yaml and in the labels, and comments stay", async () => {
  const bundle = await readToy(TOY, "with", {
    ...NOTHING_DECLARED,
    annotations: {
      "operators.operatorframework.io.bundle.channels.v1": "stable",
      "com.redhat.openshift.versions": "v4.12-v4.16",
    },
  });
  assert.deepEqual(bundle.channels, ["stable"]);
  const file = bundle.files.find(({ path }) => path === "metadata/annotations.yaml");
  const text = Buffer.from(file?.bytes ?? []).toString();
  assert.ok(text.startsWith("annotations:\n  # Core bundle annotations.\n"));
  assert.deepEqual((parse(text) as { annotations: object }).annotations, {
    ...bundle.labels,
    "com.redhat.delivery.operator.bundle": true,
  });
  assert.equal(bundle.labels["com.redhat.openshift.versions"], "v4.12-v4.16");
});

test("a declared version is that of the ClusterServiceVersion, its name, and what it replaces", async () => {
  const bundle = await readToy(TOY, "with", {
    annotations: {},
    csvAnnotations: { "features.operators.openshift.io/disconnected": "true" },
    version: "1.3.0",
    replaces: "1.2.1",
  });
  const { name, version, replaces } = bundle.csv;
  assert.deepEqual(
    { name, version, replaces },
    { name: "toy-operator.v1.3.0", version: "1.3.0", replaces: "toy-operator.v1.2.1" },
  );
  const file = bundle.files.find(({ path }) => path === "manifests/csv.yaml");
  const expected = CSV.replace("name: toy-operator.v1.2.1", "name: toy-operator.v1.3.0")
    .replace("version: 1.2.1", 'version: "1.3.0"')
    .replace("replaces: toy-operator.v1.2.0", "replaces: toy-operator.v1.2.1")
    .replace(
      "    mirrored: quay.io/toys/batch:1.9.0-dev\n",
      '    mirrored: quay.io/toys/batch:1.9.0-dev\n    features.operators.openshift.io/disconnected: "true"\n',
    );
  assert.equal(Buffer.from(file?.bytes ?? []).toString(), expected);
});

test("the scorecard's configuration beside the metadata goes along", async () => {
  const bundle = await readToy({ ...TOY, "tests/scorecard/config.yaml": "kind: Configuration\n" });
  assert.ok(bundle.files.some(({ path }) => path === "tests/scorecard/config.yaml"));
});

test("folders that hold no bundle are told apart", async () => {
  assert.equal((await failing({ "metadata/annotations.yaml": ANNOTATIONS }))?.code, "bundle/no-folder");
  assert.equal((await failing({ ...TOY, "manifests/csv.yaml": SERVICE }))?.code, "bundle/no-csv");
  const two = await failing({ ...TOY, "manifests/other.yaml": CSV });
  assert.equal(two?.code, "bundle/many-csvs");
  assert.match(two?.message ?? "", /csv\.yaml and .*other\.yaml/);
  assert.equal(
    (await failing({ ...TOY, "metadata/annotations.yaml": "annotations: {}\n" }))?.code,
    "bundle/no-package",
  );
});

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

const TARGET = replacementsOf([
  { references: ["toys/server:1.2.1"], by: `r.example/toys/server@${digest("a")}` },
  { references: ["docker.io/toys/kubectl:1.14.3"], by: `r.example/toys/kubectl@${digest("b")}` },
  { references: ["quay.io/toys/operator:1.2.1"], by: `r.example/toys/operator@${digest("c")}` },
  { references: ["quay.io/toys/batch:1.9.0-dev"], by: `r.example/toys/batch@${digest("d")}` },
  { references: ["docker.io/library/busybox:latest"], by: `r.example/toys/busybox@${digest("e")}` },
]);

test("references are replaced by what they mean, and what stands for nothing is told", async () => {
  const content = bundleContent(await readToy(), TARGET.replace);
  assert.equal(content.replaced.length, 11);
  assert.deepEqual(
    content.unmapped.map(({ reference }) => reference),
    ["gcr.io/kubebuilder/kube-rbac-proxy:v0.5.0"],
  );
  const csv = content.files.find(({ path }) => path === "manifests/csv.yaml");
  const text = Buffer.from(csv?.bytes ?? "").toString();
  assert.ok(text.includes(`{name: init, image: 'r.example/toys/busybox@${digest("e")}'}`));
  assert.ok(text.includes(`{ name: RELATED_IMAGE_SERVER, value: r.example/toys/server@${digest("a")} }`));
});

test("a bundle that was rewritten once is left as it is", async () => {
  const once = bundleContent(await readToy(), TARGET.replace);
  const csv = Buffer.from(once.files.find(({ path }) => path === "manifests/csv.yaml")?.bytes ?? "").toString();
  const twice = bundleContent(await readToy({ ...TOY, "manifests/csv.yaml": csv }), TARGET.replace);
  assert.equal(Buffer.from(twice.files.find(({ path }) => path === "manifests/csv.yaml")?.bytes ?? "").toString(), csv);
  assert.equal(twice.unmapped.length, 1);
});

test("a reference with the right name and the wrong version is told as that", async () => {
  const [found] = bundleContent(await readToy(), TARGET.replace).unmapped;
  const other: FoundReference = { ...(found as FoundReference), reference: "toys/server:1.2.0" };
  assert.equal(TARGET.unmapped(other, "certified").hint, "Make the versions agree: the target has this image at 1.2.1");
  assert.match(
    TARGET.unmapped(found as FoundReference, "certified").hint ?? "",
    /^Add the image to target "certified"/,
  );
});

test("the content makes the same image every time, with the labels on it", async () => {
  const make = async () => {
    const content = bundleContent(await readToy(), TARGET.replace);
    const { signal } = new AbortController();
    const files = content.files.map(({ path, bytes }) => ({ path, source: bytes }));
    return assembleImage({ name: "toy-bundle", files, labels: content.labels }, signal);
  };
  const [one, other] = [await make(), await make()];
  assert.equal(one.digest, other.digest);
});

test.run();
