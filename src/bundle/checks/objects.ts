import { isManifest } from "../files.ts";
import { type BundleObject, objectsIn } from "../objects.ts";
import type { BundleCheck } from "./check.ts";

/** OLM can make the objects that come with the ClusterServiceVersion: it chooses the namespace, and reads one a file. */
export const bundleObjects: BundleCheck = {
  name: "objects",
  *judge({ csv, objects, files }) {
    for (const object of objects) {
      const missing = missingIn(object, csv);
      if (missing !== undefined) {
        yield {
          level: "error",
          message: `A manifest of the bundle has no ${missing}`,
          hint: "Complete the manifest, or take it out of the folder",
          place: object.placeOf(),
        };
      }
      if (object.name === csv.name || object.kind === "CustomResourceDefinition") continue;
      if (object.textAt("metadata", "namespace") === undefined) continue;
      yield {
        level: "error",
        message: `The ${object.kind} ${object.name} says its namespace, which OLM chooses`,
        hint: "Remove metadata.namespace",
        place: object.placeOf("metadata", "namespace"),
      };
    }
    for (const file of files.filter(isManifest)) {
      const [, second] = objectsIn([file]);
      if (second === undefined) continue;
      yield {
        level: "warning",
        message: `OLM reads the first document of a file, and not the ${second.kind} ${second.name} behind it`,
        hint: "Put each manifest into a file of its own",
        place: second.placeOf(),
      };
    }
  },
};

function missingIn(object: BundleObject, csv: BundleObject): string | undefined {
  if (object.kind === "") return "kind";
  if (object.apiVersion === "") return "apiVersion";
  return object.name === "" && object.kind !== csv.kind ? "metadata.name" : undefined;
}
