import { get } from "../yaml/node.ts";
import { type Rule, sight } from "./rule.ts";

const LISTS = new Set(["containers", "initContainers", "ephemeralContainers", "relatedImages"]);

/**
 * Containers wherever they are listed: pods, the templates of every kind of workload, pod specs inside custom
 * resources. Whatever stands there is an image, or the cluster will say that it is none.
 */
export const container: Rule = {
  name: "container",
  text: (at) => {
    if (at.key !== "image" || typeof at.up?.key !== "number" || !LISTS.has(String(at.up.up?.key))) return undefined;
    // An empty one, with a webhook to fill it in, is none to mirror.
    return at.node.value === "" ? [] : [sight(at, "sure")];
  },
};

/** Volumes that are images (Kubernetes 1.31): `volumes: [{ image: { reference } }]`. */
export const imageVolume: Rule = {
  name: "image-volume",
  text: (at) => {
    if (at.key !== "reference" || at.up?.key !== "image") return undefined;
    const volume = at.up.up;
    const isVolume = volume?.up?.key === "volumes" || get(at.up.node, "pullPolicy") !== undefined;
    return isVolume ? [sight(at, "sure")] : undefined;
  },
};
