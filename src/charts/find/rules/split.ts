import { child, isTextAt, type MapAt, nameAbove, type TextAt } from "../at.ts";
import { partNamed } from "../split/roles.ts";
import { splitImages } from "../split/split.ts";
import { saysImage, saysImages } from "../words.ts";
import { get } from "../yaml/node.ts";
import type { Rule } from "./rule.ts";

/** Entries of one map that are an image together: `image: { repository, tag }`, `imageTag` beside `image`. */
export const splitMap: Rule = {
  name: "split-map",
  map: (at) => splitImages(textEntries(at), isImageContext(at) ? "image" : "other"),
};

/** Environment variables that are an image together: `X_IMAGE` with `X_IMAGE_TAG`. */
export const splitEnv: Rule = {
  name: "split-env",
  list: (at) => {
    const named = at.node.items.flatMap((item, index) => {
      const [name, value] = [get(item, "name"), get(item, "value")];
      if (name?.kind !== "text" || value?.kind !== "text") return [];
      return [{ name: name.value, at: child(child(at, index, item), "value", value) }];
    });
    return named.length > 1 ? splitImages(named, "other") : [];
  },
};

function textEntries(at: MapAt): { readonly name: string; readonly at: TextAt }[] {
  // Every map of every manifest comes here, and few have parts of images.
  const parts = at.node.entries.filter(({ key, value }) => value.kind === "text" && partNamed(key) !== undefined);
  return parts.flatMap(({ key, value }) => {
    const entry = child(at, key, value);
    return isTextAt(entry) ? [{ name: key, at: entry }] : [];
  });
}

/** True below `image:`, `fooImage:`, and for what is in `images`. */
function isImageContext(at: MapAt): boolean {
  const name = nameAbove(at);
  if (name === undefined) return false;
  if (saysImages(name)) return typeof at.key === "number";
  if (saysImage(name)) return typeof at.key === "string";
  return typeof at.up?.key === "string" && saysImages(at.up.key);
}
