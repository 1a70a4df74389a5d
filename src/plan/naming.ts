import type { Config, Image, TargetEntry } from "../config/index.ts";
import { unreachable } from "../failure/index.ts";
import { declaredName, type Pins } from "../release/index.ts";
import type { Destination } from "./step.ts";

/**
 * Where an image goes at a target: the `as` template over what the image is called and which version was chosen.
 * The tag stays undefined until a version rule has chosen one.
 */
export function destinationOf(config: Config, registry: string, entry: TargetEntry, pins: Pins): Destination {
  const image = config.images.get(entry.image);
  if (image === undefined) throw new Error(`no image ${entry.image}`);
  const tag = tagOf(image, pins);
  const written = expand(entry.as, namesOf(image));
  const { path, tag: tagTemplate = TAG } = splitTag(written);
  return {
    registry,
    path,
    component: entry.component,
    tag: tag === undefined && tagTemplate.includes(TAG) ? undefined : tagTemplate.replaceAll(TAG, tag ?? ""),
  };
}

/** `path:tag` taken apart; the tag is undefined where there is none. */
export function splitTag(text: string): { readonly path: string; readonly tag: string | undefined } {
  const colon = text.lastIndexOf(":");
  if (colon <= text.lastIndexOf("/")) return { path: text, tag: undefined };
  return { path: text.slice(0, colon), tag: text.slice(colon + 1) };
}

/** The tag of an image: declared, or chosen by its version rule; undefined where neither is known (yet). */
export function tagOf(image: Image, pins: Pins): string | undefined {
  const rule = image.version;
  switch (rule.kind) {
    case "tag":
    case "digest":
      return rule.tag;
    case "newest":
    case "read":
    case "source":
    case "same": {
      const resolved = pins.get(image.name);
      return resolved?.kind === "pinned" ? resolved.pin.tag : undefined;
    }
    default:
      return unreachable(rule);
  }
}

const TAG = "${" + "tag}";

function namesOf(image: Image): Record<string, string> {
  const { origin } = image;
  if (origin.kind === "build") return { registry: "", path: image.name, name: image.name, image: image.name };
  const name = origin.repository.slice(origin.repository.lastIndexOf("/") + 1);
  // The colon before a port would begin a tag.
  return { registry: origin.host.replace(":", "-"), path: origin.repository, name, image: declaredName(image.name) };
}

function expand(template: string, names: Record<string, string>): string {
  return template.replace(/\$\{(registry|path|name|image)\}/g, (whole, key: string) => names[key] ?? whole);
}
