import type { Config, Image, Target } from "../config/index.ts";
import { declaredName, type Pin, type Pins } from "../release/index.ts";

/**
 * The config with an image for each version that a rule chose, where rules chose several: `alibi` becomes
 * `alibi@1.8.5` and `alibi@1.8.4`, at every target that takes it. Images whose rule could not be resolved stay.
 */
export function withVersions(config: Config, pins: Pins): Config {
  const several = new Map<string, Pin[]>();
  for (const resolution of pins.values()) {
    if (resolution.kind !== "pinned" || resolution.pin.image === declaredName(resolution.pin.image)) continue;
    const key = declaredName(resolution.pin.image);
    several.set(key, [...(several.get(key) ?? []), resolution.pin]);
  }
  if (several.size === 0) return config;
  const images = new Map([...config.images].flatMap(([name, image]) => splitImage(name, image, several.get(name))));
  const targets = new Map([...config.targets].map(([name, target]) => [name, splitEntries(target, several)]));
  return { ...config, images, targets };
}

function splitImage(name: string, image: Image, pins: readonly Pin[] | undefined): [string, Image][] {
  if (pins === undefined) return [[name, image]];
  return pins.map((pin) => [
    pin.image,
    {
      ...image,
      name: pin.image,
      version: { kind: "digest", digest: pin.digest, tag: pin.tag, why: image.version.why },
    },
  ]);
}

function splitEntries(target: Target, several: ReadonlyMap<string, readonly Pin[]>): Target {
  const entries = target.entries.flatMap((entry) => {
    const pins = several.get(entry.image);
    return pins === undefined ? [entry] : pins.map((pin) => ({ ...entry, image: pin.image }));
  });
  return { ...target, entries };
}
