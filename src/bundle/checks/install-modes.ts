import { fieldOf } from "../../json/index.ts";
import type { BundleCheck, Finding } from "./check.ts";

const TYPES = ["OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces"];

/** OLM installs an operator only where it says which namespaces it can watch. */
export const installModes: BundleCheck = {
  name: "install-modes",
  *judge({ csv }) {
    const modes = csv.listAt("spec", "installModes").map((mode) => ({
      type: String(fieldOf(mode, "type") ?? ""),
      supported: fieldOf(mode, "supported") === true,
    }));
    const error = (message: string, hint: string, index?: number): Finding => ({
      level: "error",
      message,
      hint,
      place: csv.placeOf("spec", "installModes", ...(index === undefined ? [] : [index])),
    });
    if (modes.length === 0) {
      yield error(`${csv.name} has no installModes`, "Add spec.installModes, with supported: true for one at least");
      return;
    }
    for (const [index, { type }] of modes.entries()) {
      if (!TYPES.includes(type)) yield error(`"${type}" is no install mode`, `Use one of ${TYPES.join(", ")}`, index);
      if (modes.findIndex((mode) => mode.type === type) < index) {
        yield error(`The install mode ${type} is there twice`, "Remove one of them", index);
      }
    }
    if (!modes.some(({ supported }) => supported)) {
      yield error("No install mode is supported", "Set supported: true for one at least");
    }
    const converts = csv
      .listAt("spec", "webhookdefinitions")
      .some((webhook) => (fieldOf(webhook, "conversionCRDs") as readonly unknown[] | undefined)?.length);
    if (converts && modes.some(({ type, supported }) => supported !== (type === "AllNamespaces"))) {
      yield error(
        "A webhook converts CRDs, and an operator with such a webhook supports AllNamespaces alone",
        "Set supported: true for AllNamespaces and false for the others",
      );
    }
  },
};
