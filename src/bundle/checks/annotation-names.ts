import { fieldOf } from "../../json/index.ts";
import type { BundleCheck } from "./check.ts";

const NAMES = [
  "olm.operatorGroup",
  "olm.operatorNamespace",
  "olm.targetNamespaces",
  "olm.providedAPIs",
  "olm.skipRange",
];

/** OLM's annotations are written as OLM reads them. */
export const annotationNames: BundleCheck = {
  name: "annotation-names",
  *judge({ csv }) {
    for (const key of Object.keys((fieldOf(csv.at("metadata"), "annotations") as object | undefined) ?? {})) {
      const place = csv.placeOf("metadata", "annotations", key);
      const right = NAMES.find((name) => name.toLowerCase() === key.toLowerCase());
      if (right !== undefined && right !== key) {
        yield { level: "error", message: `OLM does not know ${key}: it is ${right}`, hint: `Write ${right}`, place };
      }
      if (key === "olm.properties") {
        const hint = "Move them into metadata/properties.yaml";
        yield { level: "warning", message: "Properties in the annotation olm.properties are of old", hint, place };
      }
    }
  },
};
