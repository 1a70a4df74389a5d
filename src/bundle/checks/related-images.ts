import { isManifest, textOf } from "../files.ts";
import { findReferences, isPinned } from "../references.ts";
import { isReference } from "../sites.ts";
import type { BundleCheck } from "./check.ts";

/** `relatedImages` has every image that the bundle names, each once and as it is named (AllImageRefsInRelatedImages). */
export const relatedImages: BundleCheck = {
  name: "related-images",
  *judge({ csv, files }) {
    const names = new Map<string, string>();
    const listed = new Set<string>();
    for (const [index] of csv.listAt("spec", "relatedImages").entries()) {
      const path = ["spec", "relatedImages", index];
      const image = csv.textAt(...path, "image") ?? "";
      const name = csv.textAt(...path, "name") ?? "";
      const place = csv.placeOf(...path, "image");
      if (!isReference(image)) {
        const message = image === "" ? "A related image has no image" : `"${image}" is no reference to an image`;
        yield { level: "error", message, hint: "Write it as host/repository@sha256:…", place };
      }
      if (name === "" || (names.get(name) ?? image) !== image) {
        const message =
          name === "" ? `The related image ${image} has no name` : `Two related images are called ${name}`;
        yield { level: "warning", message, hint: "Give each image a name of its own", place: csv.placeOf(...path) };
      }
      names.set(name, image);
      listed.add(image);
    }
    if (listed.size === 0) return;
    const used = files.filter(isManifest).flatMap((file) => findReferences(textOf(file), file.file));
    for (const { reference, place, certainty } of used) {
      if (certainty !== "declared" || listed.has(reference)) continue;
      const hint = "Add it there, or let pin: digest complete the list";
      yield { level: "warning", message: `${reference} is not among relatedImages`, hint, place };
    }
  },
};

/** A cluster without internet is given the related images, by digest (FollowsRestrictedNetworkEnablementGuidelines). */
export const restrictedNetwork: BundleCheck = {
  name: "restricted-network",
  *judge({ csv, files }) {
    if (!saysDisconnected(csv.at("metadata", "annotations"))) return;
    const warning = (message: string, hint: string, ...path: (string | number)[]) =>
      ({ level: "warning", message, hint, place: csv.placeOf(...path) }) as const;
    const images = csv.listAt("spec", "relatedImages").map((_, index) => ["spec", "relatedImages", index, "image"]);
    if (images.length === 0) {
      yield warning("The operator is said to work disconnected, and there are no relatedImages", LIST, "spec");
    }
    for (const path of images) {
      const image = csv.textAt(...path) ?? "";
      if (isPinned(image)) continue;
      yield warning(`The operator is said to work disconnected, and ${image} is not named by digest`, LIST, ...path);
    }
    const variables = files.filter(isManifest).some((file) => /\bRELATED_IMAGE_/.test(textOf(file)));
    if (!variables) {
      const hint = "Give images of operands to the operator in variables RELATED_IMAGE_NAME";
      yield warning("The operator is said to work disconnected, and has no variable RELATED_IMAGE_…", hint, "spec");
    }
  },
};

const LIST = "Use pin: digest, which lists every image by digest";

function saysDisconnected(annotations: unknown): boolean {
  const said = (annotations ?? {}) as Readonly<Record<string, unknown>>;
  if (said["features.operators.openshift.io/disconnected"] === "true") return true;
  return String(said["operators.openshift.io/infrastructure-features"] ?? "")
    .toLowerCase()
    .includes("disconnected");
}
