import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "uvu";
import { openSource } from "../../../src/sources/index.ts";
import { packChart } from "../../rig/chart-repository.ts";
import { requires } from "../../rig/skip.ts";
import { gitEnv } from "../../sources/rig.ts";
import { inCharts, withBench } from "./rig.ts";

/** A clone of github.com/mlrun/ce with its tags. */
const clone = process.env.MIRROR_TEST_MLRUN_CE;
const withClone = requires(test, clone === undefined ? "MIRROR_TEST_MLRUN_CE names no clone of mlrun/ce" : undefined);

const versions = {
  nuclio: "0.19.5",
  mlrun: "0.9.26",
  "mpi-operator": "0.6.0",
  minio: "4.0.2",
  "spark-operator": "1.1.25",
  "kube-prometheus-stack": "41.7.2",
};

withClone("MLRun CE 0.6.3 gets the six dependencies of its lock, from one repository in place of five", () =>
  withBench(async ({ folder, vendor, server }) => {
    const signal = new AbortController().signal;
    const pin = { kind: "ref", ref: "mlrun-ce-0.6.3" } as const;
    const options = { cache: join(folder, "sources"), network: "online", env: gitEnv, signal } as const;
    const source = await openSource({ url: clone ?? "", pin }, options);
    const charts = await Promise.all(Object.entries(versions).map(([name, version]) => packChart(name, version)));
    const newer = await packChart("mlrun", "0.9.99");
    const { url, log } = await server([...charts, newer]);
    const repositories = new Map(
      [
        "https://nuclio.github.io/nuclio/charts",
        "https://v3io.github.io/helm-charts/stable",
        "https://charts.min.io",
        "https://kubeflow.github.io/spark-operator",
        "https://prometheus-community.github.io/helm-charts",
      ].map((from) => [from, url]),
    );
    const vendored = await vendor(join(source.folder, "charts", "mlrun-ce"), { within: source.folder, repositories });
    assert.equal(vendored.lock, "honoured");
    assert.deepEqual(Object.fromEntries(vendored.dependencies.map(({ name, version }) => [name, version])), versions);
    assert.equal(inCharts(vendored).length, 6);
    assert.equal(log.filter((line) => line.includes("index.yaml")).length, 1);
    const again = await openSource({ url: clone ?? "", pin }, { ...options, network: "offline" });
    assert.equal(again.folder, source.folder);
  }),
);

test.run();
