import { type Config, globToTest, type Image, isGlob, type Need } from "../config/index.ts";
import { BUILT_HERE } from "../registries/index.ts";

const REGISTRY = "$" + "{registry}";

/**
 * The config with its builds taken from an archive that has them, where nothing they were built of need be there:
 * they are pinned in it as images of elsewhere are, and keep their names at the targets. What needs `build:NAME` needs
 * the pin.
 */
export function withArchivedBuilds(config: Config, isThere: (image: string) => boolean): Config {
  const builds = [...config.images.values()].filter(({ origin }) => origin.kind === "build").map(({ name }) => name);
  const archived = builds.filter(isThere);
  if (archived.length === 0) return config;
  const names = new Set(archived);
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
  const left = builds.filter((name) => !names.has(name));
  const withPins = <Value extends { readonly needs: readonly Need[] }>(values: ReadonlyMap<string, Value>) =>
    new Map(
      [...values].map(([name, value]) => [
        name,
        { ...value, needs: value.needs.flatMap((need) => pinned(need, archived, left)) },
      ]),
    );
  return {
    ...config,
    images: new Map(images),
    targets: new Map(targets),
    bundles: withPins(config.bundles),
    catalogs: withPins(config.catalogs),
    tasks: withPins(config.tasks),
  };
}

/** A need, or what stands for it; one that fits other nodes too stays beside. */
function pinned(need: Need, archived: readonly string[], left: readonly string[]): Need[] {
  const fits = globToTest(need.pattern);
  const isBuild = (name: string): boolean => fits(`build:${name}`);
  const pins = archived.filter(isBuild).map((name) => ({ ...need, pattern: `pin:${name}` }));
  const fitsOthers = isGlob(need.pattern) && (!need.pattern.startsWith("build:") || left.some(isBuild));
  return pins.length === 0 || fitsOthers ? [need, ...pins] : pins;
}
