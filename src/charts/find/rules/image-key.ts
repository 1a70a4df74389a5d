import type { TextAt } from "../at.ts";
import { strengthOf } from "../shape.ts";
import { saysImage, saysImages, wordsOf } from "../words.ts";
import { get } from "../yaml/node.ts";
import { type Rule, sight, sightUnderKey } from "./rule.ts";

/** What a map has beside `image` where it describes a container: Argo's `script`, Tekton's `steps`, an operator's own. */
const BESIDE = ["command", "args", "env", "volumeMounts", "imagePullPolicy", "pullPolicy", "resources", "ports"];

/** A key that is just `image`, as custom resources have it. */
export const imageKey: Rule = {
  name: "image-key",
  text: (at) => {
    if (at.key !== "image") return undefined;
    const isContainer = BESIDE.some((key) => get(at.up?.node, key) !== undefined);
    if (isContainer && strengthOf(at.node.value) !== undefined) return [sight(at, "sure")];
    return sightUnderKey(at);
  },
};

/** A key whose words end in image: `cacheImage`, `SPARK_APP_IMAGE`, `dockerImageReference`. */
export const imageLikeKey: Rule = {
  name: "image-like-key",
  text: (at) => (typeof at.key === "string" ? sightNamed(at, at.key) : undefined),
};

/** Entries of `images`, `sidecarImages`: items of a list, or values of a map. */
export const imageList: Rule = {
  name: "image-list",
  text: (at) => (typeof at.up?.key === "string" && saysImages(at.up.key) ? sightUnderKey(at) : undefined),
};

/** Values with a name of their own, as environment variables, parameters and settings are listed. */
export const env: Rule = {
  name: "env",
  text: (at) => {
    if (at.key !== "value" && at.key !== "default") return undefined;
    const name = get(at.up?.node, "name");
    if (name?.kind !== "text") return undefined;
    // What OLM and its tools take for images whatever the value is.
    if (name.value.startsWith("RELATED_IMAGE_") && strengthOf(at.node.value) !== undefined) return [sight(at, "sure")];
    return sightNamed(at, name.value);
  },
};

/** OpenShift's image streams and builds: `from: { kind: DockerImage, name: … }`. */
export const dockerImage: Rule = {
  name: "docker-image",
  text: (at) => {
    const kind = at.key === "name" ? get(at.up?.node, "kind") : undefined;
    const isImage = kind?.kind === "text" && kind.value === "DockerImage" && strengthOf(at.node.value) !== undefined;
    return isImage ? [sight(at, "sure")] : undefined;
  },
};

function sightNamed(at: TextAt, name: string): ReturnType<typeof sightUnderKey> {
  if (saysImage(name)) return sightUnderKey(at);
  // `IMAGE_PIPELINES_CONTROLLER`, as Tekton's operator has it.
  const [first, ...rest] = wordsOf(name);
  const isImage = first === "image" && rest.length > 0 && /[:@]/.test(at.node.value);
  return isImage && strengthOf(at.node.value) === "full" ? [sight(at, "sure")] : undefined;
}
