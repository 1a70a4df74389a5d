import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import { startChartServer } from "../rig/chart-repository.ts";
import { runMirror, type Workspace, workspace } from "../rig/cli.ts";
import { mlrunConfig, mlrunDependencies, noMlrunCharts } from "../rig/mlrun-charts.ts";
import { missingCommand, requires } from "../rig/skip.ts";

/** The real chart, from git to its list, with the charts that it depends on served on loopback. */
const all = suite("MLRun CE");
const withCharts = requires(all, missingCommand("git"), noMlrunCharts());

interface Found {
  readonly reference: string;
  readonly certainty: string;
  readonly flags: readonly { readonly kind: string }[];
  readonly places: readonly object[];
}

/** What a list made by grep loses of it. */
const lost = {
  "list items that begin with image": [
    "gcr.io/ml-pipeline/metadata-envoy:1.8.3",
    "gcr.io/ml-pipeline/visualization-server:1.8.3",
  ],
  "names without a slash, and a tag that is a number": [
    "docker.io/library/busybox:1.35",
    "docker.io/library/busybox:1.31.1",
    "docker.io/library/mysql:5.7",
    "docker.io/library/mysql:8",
  ],
  "what stands under no image key": [
    "gcr.io/ml-pipeline/argoexec:v3.3.8-license-compliance",
    "gcr.io/google-containers/busybox:latest",
    "gcr.io/iguazio/spark-app:v3.2.1-mlk",
    "docker.io/appropriate/curl:latest",
    "docker.io/library/busybox:stable",
    "docker.io/amazon/aws-cli:2.7.10",
    "gcr.io/kaniko-project/executor:v1.9.0",
    "docker.io/mpioperator/kubectl-delivery:v0.2.3",
    "quay.io/prometheus-operator/prometheus-config-reloader:v0.60.1",
    "quay.io/thanos/thanos:v0.28.1",
  ],
};

withCharts("MLRun CE 0.6.3 goes from git to every image that a list by grep lost", async () => {
  await withPlace(async (place) => {
    const { code, stdout, stderr } = await runMirror(["images", "mlrun-ce", "--json"], { cwd: place.folder });
    assert.equal(code, 0, stderr);
    const { charts, images } = JSON.parse(stdout) as { charts: object[]; images: Found[] };
    assert.deepEqual(
      charts.map((chart) => ({ ...chart, commit: undefined })),
      [{ name: "mlrun-ce", version: "0.6.3", ref: "mlrun-ce-0.6.3", commit: undefined }],
    );
    const found = new Map(images.map((image) => [image.reference, image]));
    for (const [loss, references] of Object.entries(lost)) {
      const missing = references.filter((reference) => found.get(reference)?.certainty !== "sure");
      assert.deepEqual(missing, [], loss);
    }
    assert.deepEqual(
      found.get("docker.io/library/mysql:8")?.flags.map(({ kind }) => kind),
      ["number-tag"],
    );
    assert.equal(images.length, 42, [...found.keys()].join("\n"));
    assert.ok(images.every(({ certainty, places }) => certainty === "sure" && places.length > 0));
  });
});

withCharts("with the values that mirror writes it names the target alone, but for what was listed", async () => {
  await withPlace(async (place) => {
    const run = (...args: string[]) => runMirror(args, { cwd: place.folder });
    const { code, stdout, stderr } = await run("relocate", "--format", "values", "--output", ".");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /values +41 of 42 /);
    const hardCoded = "gcr.io/iguazio/spark-app:v3.2.1-mlk";
    assert.ok(stdout.includes(`${hardCoded}  the template writes it`), stdout);

    await place.write("mirror.config.yaml", (await configOf(place)).replace("charts/mlrun-ce }", OVERLAID));
    const after = await run("images", "mlrun-ce", "--plain");
    const elsewhere = after.stdout.split("\n").filter((line) => !line.startsWith("harbor.example.com/mlrun/"));
    assert.deepEqual(elsewhere, [hardCoded, ""]);
  });
});

const OVERLAID = "charts/mlrun-ce, values: [values-mlrun-ce.yaml] }";
const configOf = ({ folder }: Workspace) => readFile(join(folder, "mirror.config.yaml"), "utf8");

/** A config of the chart whose repositories are all on loopback, and a target for its images. */
async function withPlace(work: (place: Workspace) => Promise<void>): Promise<void> {
  const server = await startChartServer(await mlrunDependencies());
  const registry = "{ type: oci, host: harbor.example.com, prefix: mlrun }";
  const place = await workspace(mlrunConfig({ server: server.url, registry, as: `\${path}:\${tag}` }));
  try {
    await work(place);
  } finally {
    await place.remove();
    await server.stop();
  }
}

all.run();
