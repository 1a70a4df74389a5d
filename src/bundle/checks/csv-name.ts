import { type BundleCheck, wrongName } from "./check.ts";

/** The name is one that Kubernetes takes, and tells package and version as catalogs show them. */
export const csvName: BundleCheck = {
  name: "csv-name",
  *judge({ csv, packageName }) {
    const place = csv.placeOf("metadata", "name");
    const version = csv.textAt("spec", "version") ?? "";
    const wrong = wrongName(csv.name);
    if (csv.name === "" || wrong !== undefined) {
      const message =
        csv.name === "" ? "The ClusterServiceVersion has no name" : `The name "${csv.name}" ${wrong ?? ""}`;
      yield { level: "error", message, hint: `Call it ${packageName}.v${version}`, place };
    } else if (!csv.name.endsWith(`.v${version}`)) {
      yield {
        level: "warning",
        message: `The ClusterServiceVersion ${csv.name} has the version ${version} and is not called after it`,
        hint: `Call it ${csv.name.replace(/\.v?\d.*$/, "")}.v${version}, or set version in the config`,
        place,
      };
    } else if (csv.name !== `${packageName}.v${version}`) {
      yield {
        level: "warning",
        message: `The ClusterServiceVersion ${csv.name} is not called after its package ${packageName}`,
        hint: `Call it ${packageName}.v${version}; where it was always so, leave it: upgrades go by the name`,
        place,
      };
    }
  },
};
