import type { BundleCheck } from "./check.ts";

const LEVELS = ["Basic Install", "Seamless Upgrades", "Full Lifecycle", "Deep Insights", "Auto Pilot"];
const CATEGORIES = [
  "AI/Machine Learning",
  "Application Runtime",
  "Big Data",
  "Cloud Provider",
  "Database",
  "Developer Tools",
  "Integration & Delivery",
  "Logging & Tracing",
  "Modernization & Migration",
  "Monitoring",
  "Networking",
  "Observability",
  "OpenShift Optional",
  "Security",
  "Storage",
  "Streaming & Messaging",
];

/** The annotations capabilities and categories have values that catalogs know. */
export const capabilities: BundleCheck = {
  name: "capabilities",
  *judge({ csv }) {
    const level = csv.at("metadata", "annotations", "capabilities");
    if (level !== undefined && !LEVELS.includes(String(level))) {
      yield {
        level: "certified",
        message: `"${String(level)}" is no level of capabilities`,
        hint: `Use one of ${LEVELS.join(", ")}`,
        place: csv.placeOf("metadata", "annotations", "capabilities"),
      };
    }
    const categories = csv.textAt("metadata", "annotations", "categories");
    for (const category of categories?.split(",").map((one) => one.trim()) ?? []) {
      if (CATEGORIES.includes(category)) continue;
      yield {
        level: "certified",
        message: `Catalogs have no category "${category}"`,
        hint: `Use some of ${CATEGORIES.join(", ")}`,
        place: csv.placeOf("metadata", "annotations", "categories"),
      };
    }
  },
};
