import type { At } from "../at.ts";
import { strengthOf } from "../shape.ts";
import { type Rule, sight } from "./rule.ts";

const KEYS = new Set(["images", "helm.sh/images", "artifacthub.io/images"]);

/** What a chart says of its own images in `annotations` of Chart.yaml: a list, written as YAML in a string. */
export const chartAnnotation: Rule = {
  name: "chart-annotation",
  text: (at) => {
    if (at.scope.depth === 0 || (at.key !== "image" && typeof at.key !== "number")) return undefined;
    if (!isInAnnotation(at) || strengthOf(at.node.value) === undefined) return undefined;
    return [sight(at, "sure")];
  },
};

function isInAnnotation(at: At): boolean {
  for (let here: At | undefined = at; here !== undefined; here = here.up) {
    if (typeof here.key === "string" && KEYS.has(here.key) && here.up?.key === "annotations") return true;
  }
  return false;
}
