import type { BundleObject, ObjectPath } from "../objects.ts";
import type { BundleCheck } from "./check.ts";

/** What a ClusterServiceVersion has to say (its API, operators.coreos.com/v1alpha1). */
export const requiredFields: BundleCheck = {
  name: "required-fields",
  *judge({ csv }) {
    if (csv.apiVersion !== "operators.coreos.com/v1alpha1") {
      yield {
        level: "error",
        message: `A ClusterServiceVersion has the apiVersion operators.coreos.com/v1alpha1, not "${csv.apiVersion}"`,
        hint: "Write apiVersion: operators.coreos.com/v1alpha1",
        place: csv.placeOf("apiVersion"),
      };
    }
    const strategy = csv.textAt("spec", "install", "strategy");
    if (strategy !== undefined && strategy !== "deployment") {
      yield {
        level: "error",
        message: `OLM has no install strategy "${strategy}"`,
        hint: "Write strategy: deployment",
        place: csv.placeOf("spec", "install", "strategy"),
      };
    }
    for (const path of missing(csv)) {
      yield {
        level: "error",
        message: `${csv.name} has no ${path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(".")}`,
        hint: "Add it: the API of ClusterServiceVersions asks for it",
        place: csv.placeOf(...path),
      };
    }
  },
};

function missing(csv: BundleObject): readonly ObjectPath[] {
  const described = (["owned", "required"] as const).flatMap((list) =>
    csv
      .listAt("spec", "customresourcedefinitions", list)
      .flatMap((_, index) =>
        ["name", "version", "kind"].map((key) => ["spec", "customresourcedefinitions", list, index, key]),
      ),
  );
  const permitted = ["permissions", "clusterPermissions"].flatMap((list) =>
    csv
      .listAt("spec", "install", "spec", list)
      .flatMap((_, index) =>
        ["serviceAccountName", "rules"].map((key) => ["spec", "install", "spec", list, index, key]),
      ),
  );
  const always = [
    ["spec", "displayName"],
    ["spec", "install", "strategy"],
  ];
  return [...always, ...described, ...permitted].filter((path) => csv.textAt(...path) === undefined);
}
