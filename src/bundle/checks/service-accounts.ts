import { type BundleCheck, deploymentsOf, permissionsOf } from "./check.ts";

/** OLM makes the accounts that the ClusterServiceVersion names: the bundle has no manifest of them. */
export const serviceAccounts: BundleCheck = {
  name: "service-accounts",
  *judge({ csv, objects }) {
    const used = new Set(
      deploymentsOf(csv).map((path) => csv.textAt(...path, "spec", "template", "spec", "serviceAccountName") ?? ""),
    );
    for (const { kind, name, placeOf } of objects) {
      if (kind !== "ServiceAccount" || !used.has(name)) continue;
      yield {
        level: "error",
        message: `The bundle has the ServiceAccount ${name}, which OLM makes for a deployment`,
        hint: "Take the manifest out of the folder, or rename one of the two",
        place: placeOf("metadata", "name"),
      };
    }
    for (const { path } of permissionsOf(csv)) {
      const account = csv.textAt(...path, "serviceAccountName");
      if (account === undefined || used.has(account) || (account === "default" && used.has(""))) continue;
      if (objects.some(({ kind, name }) => kind === "ServiceAccount" && name === account)) continue;
      yield {
        level: "warning",
        message: `Permissions are given to the account ${account}, which no deployment uses`,
        hint: "Correct serviceAccountName here or in the deployment",
        place: csv.placeOf(...path, "serviceAccountName"),
      };
    }
  },
};
