import { type BundleCheck, permissionsOf } from "./check.ts";

/** Which security context constraints the operator asks for: a reviewer will (SecurityContextConstraintsInCSV). */
export const securityContext: BundleCheck = {
  name: "security-context",
  *judge({ csv }) {
    for (const { path } of permissionsOf(csv)) {
      for (const [index] of csv.listAt(...path, "rules").entries()) {
        const rule = [...path, "rules", index];
        const asked = csv.listAt(...rule, "resources").includes("securitycontextconstraints");
        if (!asked || !csv.listAt(...rule, "apiGroups").includes("security.openshift.io")) continue;
        const names = csv.listAt(...rule, "resourceNames").map(String);
        const wide = names.filter((name) => !/^restricted(?:-v\d+)?$/.test(name));
        if (names.length > 0 && wide.length === 0) continue;
        yield {
          level: "warning",
          message: `The operator asks for ${wide.length > 0 ? `the security context constraints ${wide.join(", ")}` : "all security context constraints"}`,
          hint: "Ask for those alone that it needs, by resourceNames: Red Hat reviews them",
          place: csv.placeOf(...rule),
        };
      }
    }
  },
};
