import type { BundleObject } from "../objects.ts";
import { type BundleCheck, isCrd } from "./check.ts";

interface Kind {
  readonly text: string;
  /** Without the version. */
  readonly kind: string;
  readonly place: () => ReturnType<BundleObject["placeOf"]>;
}

/** The CRDs of the bundle are those that the ClusterServiceVersion says it owns, each once. */
export const ownedCrds: BundleCheck = {
  name: "owned-crds",
  *judge({ csv, objects }) {
    const there = objects.filter(isCrd).flatMap(versionsOf);
    const owned = ownedBy(csv);
    const known = new Set<string>();
    for (const { text, place } of there) {
      if (known.has(text)) {
        yield {
          level: "error",
          message: `The bundle has the CRD ${text} twice`,
          hint: "Remove one of them, the one under apiextensions.k8s.io/v1beta1 first",
          place: place(),
        };
      }
      known.add(text);
    }
    for (const { text, place } of owned) {
      if (known.has(text)) continue;
      yield {
        level: "error",
        message: `The CRD ${text} is owned, and the bundle does not have it`,
        hint: "Put its manifest into the folder, or correct name, kind and version",
        place: place(),
      };
    }
    const kinds = new Set(owned.filter(({ text }) => known.has(text)).map(({ kind }) => kind));
    for (const { text, kind, place } of there) {
      if (kinds.has(kind)) continue;
      yield {
        level: "error",
        message: `The bundle has the CRD ${text}, and the ClusterServiceVersion does not own it`,
        hint: "Add it under spec.customresourcedefinitions.owned, or take the manifest away",
        place: place(),
      };
    }
  },
};

function versionsOf(crd: BundleObject): readonly Kind[] {
  const group = crd.textAt("spec", "group") ?? "";
  const kind = crd.textAt("spec", "names", "kind") ?? "";
  const listed = crd.listAt("spec", "versions").map((_, index) => ["spec", "versions", index, "name"]);
  return (listed.length > 0 ? listed : [["spec", "version"]]).map((path) => ({
    text: `${group}/${crd.textAt(...path) ?? ""} ${kind}`,
    kind: `${group} ${kind}`,
    place: () => crd.placeOf(...path),
  }));
}

function ownedBy(csv: BundleObject): readonly Kind[] {
  return csv.listAt("spec", "customresourcedefinitions", "owned").map((_, index) => {
    const path = ["spec", "customresourcedefinitions", "owned", index];
    const name = csv.textAt(...path, "name") ?? "";
    const group = name.includes(".") ? name.slice(name.indexOf(".") + 1) : name;
    const kind = csv.textAt(...path, "kind") ?? "";
    return {
      text: `${group}/${csv.textAt(...path, "version") ?? ""} ${kind}`,
      kind: `${group} ${kind}`,
      place: () => csv.placeOf(...path),
    };
  });
}
