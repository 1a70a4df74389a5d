import { fieldOf, listOf } from "../../json/index.ts";
import type { BundleObject } from "../objects.ts";
import type { BundleCheck } from "./check.ts";

/** Examples are of the APIs that the operator provides. That they are JSON has been seen when they were read. */
export const examples: BundleCheck = {
  name: "examples",
  *judge({ csv }) {
    const key = ["alm-examples", "olm.examples"].find((one) => csv.textAt("metadata", "annotations", one));
    const place = csv.placeOf("metadata", "annotations", key ?? "alm-examples");
    const provided = providedBy(csv);
    if (key === undefined) {
      if (provided.length === 0) return;
      const hint = "Add the annotation alm-examples: the console offers them as forms";
      yield { level: "warning", message: `${csv.name} has no examples of its APIs`, hint, place };
      return;
    }
    const shown = listOf(parsed(csv.textAt("metadata", "annotations", key) ?? "")).map(
      (example) => `${String(fieldOf(example, "apiVersion") ?? "")} ${String(fieldOf(example, "kind") ?? "")}`,
    );
    for (const example of new Set(shown)) {
      if (provided.includes(example)) continue;
      yield {
        level: "error",
        message: `The example of ${example.trim()} in ${key} is of no API that the operator provides`,
        hint: "Correct its apiVersion and kind, or own the CRD",
        place,
      };
    }
    for (const api of provided) {
      if (shown.includes(api)) continue;
      yield { level: "warning", message: `${key} has no example of ${api}`, hint: "Add one", place };
    }
  },
};

/** `group/version Kind` of each. */
function providedBy(csv: BundleObject): readonly string[] {
  const crds = csv.listAt("spec", "customresourcedefinitions", "owned").map((crd) => {
    const name = String(fieldOf(crd, "name") ?? "");
    return { group: name.slice(name.indexOf(".") + 1), crd };
  });
  const served = csv.listAt("spec", "apiservicedefinitions", "owned").map((crd) => ({
    group: String(fieldOf(crd, "group") ?? ""),
    crd,
  }));
  return [...crds, ...served].map(
    ({ group, crd }) => `${group}/${String(fieldOf(crd, "version"))} ${String(fieldOf(crd, "kind"))}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
