import { type BundleCheck, isVersion } from "./check.ts";

/** Catalogs order bundles by a version. */
export const csvVersion: BundleCheck = {
  name: "csv-version",
  *judge({ csv, semver }) {
    const version = csv.textAt("spec", "version");
    if (version !== undefined && isVersion(version, semver)) return;
    yield {
      level: "error",
      message: version === undefined ? `${csv.name} has no spec.version` : `spec.version ${version} is no version`,
      hint: "Write three numbers, as in 1.2.1, or set version in the config",
      place: csv.placeOf("spec", "version"),
    };
  },
};
