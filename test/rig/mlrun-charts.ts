import { join } from "node:path";
import type { PackedChart } from "./chart-repository.ts";
import { type ChartInGit, packFromGit } from "./charts-in-git.ts";

/** A clone of github.com/mlrun/ce with its tags. */
export const mlrunClone = process.env.MIRROR_TEST_MLRUN_CE;
/** A folder with bare repositories of the charts that it depends on, as `OWNER+NAME/repo`. */
const charts = process.env.MIRROR_TEST_CHART_REPOSITORIES;

/** Why the real chart cannot be rendered here; undefined where it can. */
export function noMlrunCharts(): string | undefined {
  if (mlrunClone === undefined) return "MIRROR_TEST_MLRUN_CE names no clone of mlrun/ce";
  if (charts === undefined) return "MIRROR_TEST_CHART_REPOSITORIES names no folder of repositories of charts";
  return undefined;
}

/** Addresses of the repositories that the chart's lock names. */
export const mlrunRepositories = [
  "https://nuclio.github.io/nuclio/charts",
  "https://v3io.github.io/helm-charts/stable",
  "https://charts.min.io",
  "https://kubeflow.github.io/spark-operator",
  "https://prometheus-community.github.io/helm-charts",
];

/** A config of the chart, whose dependencies are at `server`, and a target for its images; `registry` in YAML. */
export const mlrunConfig = ({
  server,
  registry,
  as,
}: {
  readonly server: string;
  readonly registry: string;
  readonly as: string;
}): string =>
  `version: 1
sources:
  ce: { git: "${mlrunClone}", version: { tags: "mlrun-ce-*", range: "<=0.6.3" } }
chartRepositories:
${mlrunRepositories.map((address) => `  ${address}: ${server}`).join("\n")}
charts:
  mlrun-ce: { source: ce, path: charts/mlrun-ce }
registries:
  harbor: ${registry}
targets:
  harbor: { registry: harbor, images: ["chart:mlrun-ce"], as: "${as}" }
`;

/**
 * The six charts of the lock of MLRun CE 0.6.3, at its versions, out of their own repositories. Of the chart mlrun no
 * later version than 0.9.20 is kept there: it stands in for 0.9.26.
 */
export function mlrunDependencies(): Promise<PackedChart[]> {
  const at = (name: string, commit: string, path: string, more: Partial<ChartInGit> = {}): ChartInGit => ({
    repository: join(charts ?? "", name, "repo"),
    at: commit,
    path,
    ...more,
  });
  const prometheus = "prometheus-community+helm-charts";
  const within = [
    at(prometheus, "kube-state-metrics-4.20.3", "charts/kube-state-metrics"),
    at(prometheus, "prometheus-node-exporter-4.4.2", "charts/prometheus-node-exporter"),
    at("grafana+helm-charts", "grafana-6.43.1", "charts/grafana"),
  ];
  const all = [
    at("nuclio+nuclio", "1.13.6", "hack/k8s/helm/nuclio"),
    at("v3io+helm-charts", "gh-pages", "stable/mlrun-0.9.20.tgz", { version: "0.9.26" }),
    at("v3io+helm-charts", "gh-pages", "stable/mpi-operator-0.6.0.tgz"),
    at("minio+minio", "4592aaa3e", "helm/minio"),
    at("kubeflow+spark-operator", "spark-operator-chart-1.1.25", "charts/spark-operator-chart"),
    at(prometheus, "kube-prometheus-stack-41.7.2", "charts/kube-prometheus-stack", { within }),
  ];
  return Promise.all(all.map(packFromGit));
}
