import { type BundleCheck, isVersion } from "./check.ts";

/** From which Kubernetes on the operator works. */
export const minKubeVersion: BundleCheck = {
  name: "min-kube-version",
  *judge({ csv, semver }) {
    const version = csv.textAt("spec", "minKubeVersion");
    const place = csv.placeOf("spec", "minKubeVersion");
    if (version === undefined) {
      const message = `${csv.name} has no minKubeVersion: it is offered to every cluster, however old`;
      yield { level: "warning", message, hint: "Add spec.minKubeVersion, as in 1.25.0", place };
    } else if (!isVersion(version, semver)) {
      const message = `minKubeVersion ${version} is no version`;
      yield { level: "error", message, hint: "Write three numbers, as in 1.25.0", place };
    }
  },
};
