import type { Config, Image } from "../config/index.ts";
import { BUILT_HERE } from "../registries/index.ts";

const REGISTRY = "$" + "{registry}";

/**
 * The config with its builds taken from an archive that has them, where nothing they were built of need be there:
 * they are pinned in it as images of elsewhere are, and keep their names at the targets.
 */
export function withArchivedBuilds(config: Config, isThere: (repository: string) => boolean): Config {
  const builds = [...config.images.values()].filter(
    ({ name, origin }) => origin.kind === "build" && isThere(`${BUILT_HERE}/${name}`),
  );
  if (builds.length === 0) return config;
  const names = new Set(builds.map(({ name }) => name));
  const asArchived = (image: Image): Image => ({
    ...image,
    origin: { kind: "upstream", host: BUILT_HERE, repository: image.name },
  });
  const targets = [...config.targets].map(([name, target]) => {
    // What is built has no registry that a name could tell.
    const entries = target.entries.map((entry) =>
      names.has(entry.image) ? { ...entry, as: entry.as.replaceAll(REGISTRY, "") } : entry,
    );
    return [name, { ...target, entries }] as const;
  });
  const images = [...config.images].map(
    ([name, image]) => [name, names.has(name) ? asArchived(image) : image] as const,
  );
  return { ...config, images: new Map(images), targets: new Map(targets) };
}
