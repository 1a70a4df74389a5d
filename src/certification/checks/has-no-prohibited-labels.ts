import { type Check, failed, passed } from "./check.ts";
import { violatesTrademark } from "./trademark.ts";

const NAMING = ["name", "vendor", "maintainer"] as const;

/** Passes where no label that names the maker or the product uses Red Hat's trademark. */
export const hasNoProhibitedLabels: Check = {
  name: "HasNoProhibitedLabels",
  asks: `its labels ${NAMING.join(", ")} do not use Red Hat's trademark`,
  remedy: "Set these labels to your own names in the Dockerfile: a UBI base image leaves its own there",
  judge({ config: { labels } }) {
    const wrong = NAMING.filter((label) => violatesTrademark(labels.get(label) ?? ""));
    return wrong.length === 0
      ? passed()
      : failed(wrong.map((label) => `${label} is "${labels.get(label)}"`).join(", "));
  },
};
