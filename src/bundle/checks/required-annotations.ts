import type { BundleCheck } from "./check.ts";

const PREFIX = "features.operators.openshift.io";
const FEATURES = [
  "disconnected",
  "fips-compliant",
  "proxy-aware",
  "tls-profiles",
  "token-auth-aws",
  "token-auth-azure",
  "token-auth-gcp",
];
const OPTIONAL = ["cnf", "cni", "csi"];

/** Red Hat's RequiredAnnotations: whether the operator can do this and that, said in so many words. */
export const requiredAnnotations: BundleCheck = {
  name: "required-annotations",
  only: "certified",
  *judge({ csv }) {
    const said = (feature: string) => csv.at("metadata", "annotations", `${PREFIX}/${feature}`);
    const missing = FEATURES.filter((feature) => said(feature) === undefined);
    if (missing.length > 0) {
      yield {
        level: "certified",
        message: `${csv.name} does not say of ${missing.join(", ")}: the annotations ${PREFIX}/…`,
        hint: "Say true or false of each under features in the config",
        place: csv.placeOf("metadata", "annotations"),
      };
    }
    for (const feature of [...FEATURES, ...OPTIONAL]) {
      const value = said(feature);
      if (value === undefined || value === "true" || value === "false") continue;
      yield {
        level: "certified",
        message: `The annotation ${PREFIX}/${feature} is ${JSON.stringify(value)}, not "true" or "false" with quotes`,
        hint: 'Write "true" or "false", as a string',
        place: csv.placeOf("metadata", "annotations", `${PREFIX}/${feature}`),
      };
    }
  },
};
