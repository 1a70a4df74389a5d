import { fieldOf } from "../../json/index.ts";
import type { ObjectPath } from "../objects.ts";
import { type BundleCheck, type Finding, isCrd } from "./check.ts";

/** Kubernetes takes the CRDs. */
export const crds: BundleCheck = {
  name: "crds",
  *judge({ objects }) {
    for (const crd of objects.filter(isCrd)) {
      const wrong = (message: string, hint: string, ...path: ObjectPath): Finding => ({
        level: "error",
        message: `The CRD ${crd.name} ${message}`,
        hint,
        place: crd.placeOf(...path),
      });
      const group = crd.textAt("spec", "group");
      const plural = crd.textAt("spec", "names", "plural");
      if (group !== undefined && plural !== undefined && crd.name !== `${plural}.${group}`) {
        yield wrong(`is not called ${plural}.${group}`, `Call it ${plural}.${group}`, "metadata", "name");
      }
      for (const path of [
        ["spec", "group"],
        ["spec", "names", "plural"],
        ["spec", "names", "kind"],
        ["spec", "scope"],
      ]) {
        if (crd.textAt(...path) === undefined) yield wrong(`has no ${path.join(".")}`, "Add it", ...path);
      }
      const scope = crd.textAt("spec", "scope");
      if (scope !== undefined && scope !== "Namespaced" && scope !== "Cluster") {
        yield wrong(`has the scope "${scope}"`, "Write Namespaced or Cluster", "spec", "scope");
      }
      const versions = crd.listAt("spec", "versions");
      if (versions.length === 0 && crd.textAt("spec", "version") === undefined) {
        yield wrong("has no version", "Add spec.versions", "spec", "versions");
      }
      const stored = versions.filter((version) => fieldOf(version, "storage") === true).length;
      if (versions.length > 0 && stored !== 1) {
        yield wrong(`stores ${stored} of its versions`, "Set storage: true for exactly one", "spec", "versions");
      }
    }
  },
};
