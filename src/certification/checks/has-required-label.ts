import { type Check, failed, passed } from "./check.ts";

const REQUIRED = ["name", "vendor", "version", "release", "summary", "description", "maintainer"] as const;

/** Passes where all labels that the catalog shows are set. */
export const hasRequiredLabel: Check = {
  name: "HasRequiredLabel",
  asks: `it has the labels ${REQUIRED.join(", ")}`,
  remedy: 'Add the labels in the Dockerfile, each with a value: LABEL summary="…"',
  judge({ config: { labels } }) {
    const missing = REQUIRED.filter((label) => (labels.get(label) ?? "") === "");
    return missing.length === 0 ? passed() : failed(`it has no ${missing.join(", ")}`);
  },
};
