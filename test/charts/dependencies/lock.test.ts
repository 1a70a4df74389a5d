import assert from "node:assert/strict";
import { test } from "uvu";
import { readChartFiles } from "../../../src/charts/dependencies/chart-files.ts";
import { helm2Digest, lockDigest, lockedVersions } from "../../../src/charts/dependencies/lock.ts";
import { failureOf } from "../../../src/failure/index.ts";
import { packChart } from "../../rig/chart-repository.ts";
import { withBench, writeFiles } from "./rig.ts";

const none = new Map<string, string>();

/** The digests below are those that the types of helm 3.22 and Go's JSON give for these files. */
const chart = `apiVersion: v2
name: ce
version: 1.0.0
dependencies:
  - name: minio
    version: ">=4.0.0 <5"
    repository: https://charts.example.com/
    condition: minio.enabled
    alias: objects
    tags: [storage, all]
    import-values: [data, { parent: b, child: a }]
  - { name: local, version: 0.1.0, repository: "" }
`;
const locked = `dependencies:
- name: minio
  repository: https://charts.example.com/
  version: 4.0.3
- name: local
  repository: ""
  version: 0.1.0
`;

const read = (files: Readonly<Record<string, string>>) => readChartFiles(async (path) => files[path], "/charts/ce");

test("a lock that fits what is declared gives its versions", async () => {
  const unlocked = await read({ "Chart.yaml": chart, "Chart.lock": locked });
  const digest = lockDigest(unlocked.dependencies, unlocked.lock?.dependencies ?? []);
  assert.equal(digest, "sha256:c8acc222caced9e45191ff3aa876bfa108c17d6bd98054d58167b91cf9d37642");
  const files = await read({ "Chart.yaml": chart, "Chart.lock": `${locked}digest: ${digest}\n` });
  assert.deepEqual(lockedVersions(files, none), ["4.0.3", "0.1.0"]);
});

test("a lock for other dependencies is refused, and says how to go on", async () => {
  for (const lock of [locked, `${locked}digest: sha256:${"0".repeat(64)}\n`]) {
    const files = await read({ "Chart.yaml": chart, "Chart.lock": lock });
    try {
      lockedVersions(files, none);
      assert.fail("it was accepted");
    } catch (error) {
      const failure = failureOf(error);
      assert.equal(failure.code, "charts/lock-outdated");
      assert.match(failure.message, /^Chart\.lock of the chart ce was made for other dependencies than Chart\.yaml/);
      assert.match(failure.hint ?? "", /update: newest/);
    }
  }
});

test("without a lock there is nothing to honour", async () => {
  assert.equal(lockedVersions(await read({ "Chart.yaml": chart }), none), undefined);
});

test("apiVersion v1 has requirements.yaml and requirements.lock, and may have helm 2's digest", async () => {
  const chartYaml = "name: ce\nversion: 1.0.0\n";
  const requirements = "dependencies:\n- { name: a, version: 1.10, repository: https://x.example.com }\n";
  const lock = "dependencies:\n- { name: a, version: 1.10.0, repository: https://x.example.com }\n";
  const unlocked = await read({
    "Chart.yaml": chartYaml,
    "requirements.yaml": requirements,
    "requirements.lock": lock,
  });
  assert.equal(unlocked.declaredIn, "requirements.yaml");
  assert.equal(unlocked.dependencies[0]?.version, "1.10", "a version is text");
  const digest = helm2Digest(unlocked.dependencies);
  assert.equal(digest, "sha256:94dd23356130edfe6a67e4eabe29a80af44f4f14e8beb126cfb8ed81f1b20a63");
  const files = await read({
    "Chart.yaml": chartYaml,
    "requirements.yaml": requirements,
    "requirements.lock": `${lock}digest: ${digest}\n`,
  });
  assert.deepEqual(lockedVersions(files, none), ["1.10.0"]);
});

test("the lock of MLRun CE 0.6.3 is in step with its requirements", async () => {
  const entries = [
    ["nuclio", "0.19.5", "https://nuclio.github.io/nuclio/charts"],
    ["mlrun", "0.9.26", "https://v3io.github.io/helm-charts/stable", "mlrun.enabled"],
    ["mpi-operator", "0.6.0", "https://v3io.github.io/helm-charts/stable"],
    ["minio", "4.0.2", "https://charts.min.io/", "minio.enabled"],
    ["spark-operator", "1.1.25", "https://kubeflow.github.io/spark-operator", "spark-operator.enabled"],
    [
      "kube-prometheus-stack",
      "41.7.2",
      "https://prometheus-community.github.io/helm-charts",
      "kube-prometheus-stack.enabled",
    ],
  ] as const;
  const list = entries.map(
    ([name, version, repository]) => `- { name: ${name}, version: ${version}, repository: "${repository}" }`,
  );
  const conditional = entries.map(([, , , condition], at) =>
    condition === undefined ? list[at] : `${list[at]?.slice(0, -2)}, condition: ${condition} }`,
  );
  const files = await read({
    "Chart.yaml": "apiVersion: v1\nname: mlrun-ce\nversion: 0.6.3\n",
    "requirements.yaml": `dependencies:\n${conditional.join("\n")}\n`,
    "requirements.lock": `dependencies:\n${list.join("\n")}\ndigest: sha256:1f953d3ffae61e60f38295a7425bda95cbe31b2d7e5b6da5bcbfb952aae7ccf3\n`,
  });
  assert.equal(lockedVersions(files, none)?.[1], "0.9.26");
});

test("a repository named by an alias counts by its URL in the digest, as helm resolves it first", async () => {
  const declared = (repository: string) =>
    `apiVersion: v2\nname: ce\nversion: 1.0.0\ndependencies:\n- { name: a, version: ^1, repository: "${repository}" }\n`;
  const lock = "dependencies:\n- { name: a, version: 1.2.0, repository: https://x.example.com }\n";
  const byUrl = await read({ "Chart.yaml": declared("https://x.example.com"), "Chart.lock": lock });
  const digest = lockDigest(byUrl.dependencies, byUrl.lock?.dependencies ?? []);
  const files = await read({ "Chart.yaml": declared("@x"), "Chart.lock": `${lock}digest: ${digest}\n` });
  assert.deepEqual(lockedVersions(files, new Map([["@x", "https://x.example.com"]])), ["1.2.0"]);
});

test("the locked version is taken though a newer one is there, until newest is asked for", async () => {
  const charts = [await packChart("minio", "4.0.2"), await packChart("minio", "4.0.3")];
  await withBench(async ({ chart, vendor, failing, server }) => {
    const { url } = await server(charts);
    const folder = chart("ce", [{ name: "minio", version: "^4", repository: url }]);
    const lock = `dependencies:\n- { name: minio, version: 4.0.2, repository: "${url}" }\n`;
    const unlocked = await readChartFiles(
      async (path) =>
        ({
          "Chart.yaml": `name: ce\nversion: 1.0.0\ndependencies:\n- { name: minio, version: ^4, repository: "${url}" }\n`,
          "Chart.lock": lock,
        })[path],
      folder,
    );
    const digest = lockDigest(unlocked.dependencies, unlocked.lock?.dependencies ?? []);
    writeFiles(folder, { "Chart.lock": `${lock}digest: ${digest}\n` });
    const honoured = await vendor(folder);
    assert.deepEqual([honoured.lock, honoured.dependencies[0]?.version], ["honoured", "4.0.2"]);
    const newest = await vendor(folder, { update: "newest" });
    assert.deepEqual([newest.lock, newest.dependencies[0]?.version], ["ignored", "4.0.3"]);
    writeFiles(folder, { "Chart.lock": `${lock}digest: sha256:${"0".repeat(64)}\n` });
    assert.equal((await failing(folder))[0]?.code, "charts/lock-outdated");
  });
});

test.run();
