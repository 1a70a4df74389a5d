import type { SharedName } from "../charts/find/index.ts";
import type { Config, Image } from "../config/index.ts";
import { formatReference, parseDigest } from "../oci/index.ts";
import { destinationOf } from "./naming.ts";

/** Every name that two images of a target would get, as far as versions are known without asking anybody. */
export function sharedNames(config: Config): readonly SharedName[] {
  return [...config.targets.values()].flatMap((target) => {
    const takers = new Map<string, string[]>();
    for (const entry of target.entries) {
      const image = config.images.get(entry.image);
      if (image === undefined) continue;
      const { path, component, tag } = destinationOf(config, target.registry, entry, new Map());
      if (tag === undefined) continue;
      const name = `${component ?? path}:${tag}`;
      takers.set(name, [...(takers.get(name) ?? []), referenceTo(image)]);
    }
    const shared = [...takers].filter(([, images]) => images.length > 1);
    return shared.map(([name, images]) => ({ target: target.name, name, images }));
  });
}

function referenceTo({ name, origin, version }: Image): string {
  if (origin.kind === "build" || (version.kind !== "tag" && version.kind !== "digest")) return name;
  const { host, repository } = origin;
  const digest = version.kind === "digest" ? parseDigest(version.digest, name) : undefined;
  return formatReference({ host, repository, tag: version.tag, digest });
}
