import { fieldOf } from "../../json/index.ts";
import { objectsIn } from "../objects.ts";
import type { BundleCheck } from "./check.ts";

/** What each kind of dependency has to say (OLM, "Dependencies"). */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "olm.gvk": ["group", "kind", "version"],
  "olm.package": ["packageName", "version"],
  "olm.label": ["label"],
  "olm.constraint": ["failureMessage"],
};

/** dependencies.yaml says what OLM understands. */
export const dependencies: BundleCheck = {
  name: "dependencies",
  *judge({ files, semver }) {
    const documents = objectsIn(files.filter(({ path }) => /^metadata\/dependencies\.ya?ml$/.test(path)));
    for (const document of documents) {
      for (const [index, dependency] of document.listAt("dependencies").entries()) {
        const type = String(fieldOf(dependency, "type") ?? "");
        const place = document.placeOf("dependencies", index);
        const fields = FIELDS[type];
        if (fields === undefined) {
          const hint = `Use one of ${Object.keys(FIELDS).join(", ")}`;
          yield { level: "error", message: `OLM has no dependency of the type "${type}"`, hint, place };
          continue;
        }
        const value = fieldOf(dependency, "value");
        for (const field of fields.filter((one) => !fieldOf(value, one))) {
          yield { level: "error", message: `A dependency of the type ${type} has no ${field}`, hint: "Add it", place };
        }
        const range = fieldOf(value, "version");
        if (type === "olm.package" && typeof range === "string" && semver.validRange(range) === null) {
          const hint = 'Write a range, as in ">=1.0.0 <2.0.0"';
          yield { level: "error", message: `"${range}" is no range of versions`, hint, place };
        }
      }
    }
  },
};
