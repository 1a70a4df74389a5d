import type { BundleObject } from "../objects.ts";
import { type BundleCheck, deploymentsOf, type Finding } from "./check.ts";

/** OLM can make the deployments, and webhooks find theirs. */
export const deployments: BundleCheck = {
  name: "deployments",
  *judge({ csv }) {
    const paths = deploymentsOf(csv);
    if (paths.length === 0) {
      yield {
        level: "error",
        message: `${csv.name} installs no deployment`,
        hint: "Add the operator's under spec.install.spec.deployments",
        place: csv.placeOf("spec", "install", "spec"),
      };
    }
    const names = new Set<string>();
    for (const path of paths) {
      const name = csv.textAt(...path, "name");
      if (name === undefined || names.has(name)) {
        yield {
          level: "error",
          message: name === undefined ? "A deployment has no name" : `Two deployments are called ${name}`,
          hint: "Give each deployment a name of its own",
          place: csv.placeOf(...path, "name"),
        };
      }
      names.add(name ?? "");
      yield* containers(csv, path);
      yield* selector(csv, path);
    }
    for (const [index] of csv.listAt("spec", "webhookdefinitions").entries()) {
      const path = ["spec", "webhookdefinitions", index, "deploymentName"];
      const name = csv.textAt(...path);
      if (name === undefined || names.has(name)) continue;
      yield {
        level: "error",
        message: `A webhook is served by the deployment ${name}, which the ClusterServiceVersion does not install`,
        hint: `Name one of: ${[...names].join(", ")}`,
        place: csv.placeOf(...path),
      };
    }
  },
};

function* containers(csv: BundleObject, deployment: readonly (string | number)[]): Generator<Finding> {
  const pod = [...deployment, "spec", "template", "spec"];
  const count = csv.listAt(...pod, "containers").length;
  if (count === 0) {
    yield {
      level: "error",
      message: `The deployment ${csv.textAt(...deployment, "name") ?? ""} has no container`,
      hint: "Add spec.template.spec.containers",
      place: csv.placeOf(...pod),
    };
  }
  for (let index = 0; index < count; index++) {
    const path = [...pod, "containers", index];
    for (const key of ["name", "image"]) {
      if (csv.textAt(...path, key) !== undefined) continue;
      yield {
        level: "error",
        message: `A container of the deployment ${csv.textAt(...deployment, "name") ?? ""} has no ${key}`,
        hint: `Add its ${key}`,
        place: csv.placeOf(...path),
      };
    }
  }
}

/** Kubernetes refuses a deployment whose selector does not choose its own pods. */
function* selector(csv: BundleObject, deployment: readonly (string | number)[]): Generator<Finding> {
  const selects = [...deployment, "spec", "selector", "matchLabels"];
  const labels = [...deployment, "spec", "template", "metadata", "labels"];
  for (const [key, value] of Object.entries(csv.at(...selects) ?? {})) {
    if (csv.textAt(...labels, key) === String(value)) continue;
    yield {
      level: "error",
      message: `The selector of the deployment ${csv.textAt(...deployment, "name") ?? ""} asks for ${key}: ${value}, which its pods do not have`,
      hint: "Add the label below spec.template.metadata.labels",
      place: csv.placeOf(...selects, key),
    };
  }
}
