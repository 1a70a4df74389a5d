/** An image of a release: where it comes from, and the repository it gets below the project where not its own. */
export interface ReleaseImage {
  /** Its key in the config. */
  readonly key: string;
  /** `host/path`. */
  readonly from: string;
  readonly tag: string;
  readonly as?: string;
}

/**
 * The images of MLRun CE 0.6.3 (chart mlrun-ce with nuclio, mlrun, mpi-operator, minio, spark-operator and
 * kube-prometheus-stack) by their real names. The tags of the chart's own images are the chart's; those of its
 * dependencies and of what the code names by default are public tags of that time. They are names here, no content.
 */
export const mlrunImages: readonly ReleaseImage[] = [
  // The chart's own, under `image:`.
  image("quay.io/mlrun/jupyter", "1.6.4"),
  image("docker.io/library/busybox", "1.35", { key: "jupyter-init" }),
  image("gcr.io/ml-pipeline/workflow-controller", "v3.3.8-license-compliance"),
  image("gcr.io/ml-pipeline/api-server", "1.8.3"),
  image("gcr.io/ml-pipeline/persistenceagent", "1.8.3"),
  image("gcr.io/ml-pipeline/scheduledworkflow", "1.8.3"),
  image("gcr.io/ml-pipeline/frontend", "1.8.3"),
  image("gcr.io/ml-pipeline/viewer-crd-controller", "1.8.3"),
  image("gcr.io/ml-pipeline/visualization-server", "1.8.3"),
  image("gcr.io/ml-pipeline/metadata-envoy", "1.8.3"),
  image("gcr.io/ml-pipeline/metadata-writer", "1.8.3"),
  image("gcr.io/tfx-oss-public/ml_metadata_store_server", "1.5.0"),
  image("docker.io/library/mysql", "5.7", { key: "pipelines-db" }),
  image("gcr.io/ml-pipeline/mysql", "5.7", { key: "pipelines-db-gcr", as: "ml-pipeline-mysql" }),
  // Its dependencies', under `image:`.
  image("quay.io/mlrun/mlrun-api", "1.6.4"),
  image("quay.io/mlrun/mlrun-ui", "1.6.4"),
  image("quay.io/mlrun/log-collector", "1.6.4"),
  image("docker.io/library/mysql", "8.0", { key: "mlrun-db" }),
  image("quay.io/nuclio/controller", "1.13.3-amd64", { as: "nuclio-controller" }),
  image("quay.io/nuclio/dashboard", "1.13.3-amd64", { as: "nuclio-dashboard" }),
  image("docker.io/mpioperator/mpi-operator", "v0.2.3"),
  image("quay.io/minio/minio", "RELEASE.2022-05-08T23-50-31Z"),
  image("ghcr.io/googlecloudplatform/spark-operator", "v1beta2-1.3.7-3.1.1"),
  image("quay.io/prometheus-operator/prometheus-operator", "v0.60.1"),
  image("quay.io/prometheus/prometheus", "v2.39.1"),
  image("quay.io/prometheus/node-exporter", "v1.3.1"),
  image("registry.k8s.io/kube-state-metrics/kube-state-metrics", "v2.6.0"),
  image("registry.k8s.io/ingress-nginx/kube-webhook-certgen", "v1.3.0"),
  image("docker.io/grafana/grafana", "9.2.1"),
  image("quay.io/kiwigrid/k8s-sidecar", "1.19.2"),
  // In arguments, ConfigMaps and environment values.
  image("gcr.io/ml-pipeline/argoexec", "v3.3.8-license-compliance"),
  image("gcr.io/google-containers/busybox", "latest", { key: "pipelines-cache", as: "google-containers-busybox" }),
  image("gcr.io/iguazio/spark-app", "v3.2.1-mlk"),
  image("docker.io/appropriate/curl", "latest"),
  image("docker.io/library/busybox", "stable", { key: "nuclio-init" }),
  image("docker.io/amazon/aws-cli", "2.7.10"),
  image("gcr.io/kaniko-project/executor", "v1.9.0", { as: "kaniko-executor" }),
  image("docker.io/mpioperator/kubectl-delivery", "v0.2.3"),
  image("quay.io/prometheus-operator/prometheus-config-reloader", "v0.60.1"),
  // Named by no manifest: defaults in the code, and postgres.
  image("quay.io/nuclio/handler-builder-python-onbuild", "1.13.3-amd64"),
  image("gcr.io/iguazio/curlimages/curl", "7.81.0", { key: "nuclio-curl", as: "iguazio-curl" }),
  image("docker.io/mlrun/mlrun", "1.6.4"),
  image("docker.io/library/postgres", "16.2"),
];

function image(from: string, tag: string, names: { key?: string; as?: string } = {}): ReleaseImage {
  const { key = names.as ?? from.slice(from.lastIndexOf("/") + 1), ...rest } = names;
  return { key, from, tag, ...rest };
}
