import {
  type Config,
  globToTest,
  isGlob,
  type Platform,
  packageInArchive,
  type Target,
  type TargetEntry,
} from "../config/index.ts";
import { didYouMean, Failed } from "../failure/index.ts";

/** What a command line says of an archive that no config declares. */
export interface ArchiveWish {
  readonly file: string;
  readonly volumeSize: number | undefined;
  readonly since: string | undefined;
  /** The platform of docker archives that are made of the file then; undefined: it is what is wanted. */
  readonly gathered: Platform | undefined;
  /** Images by name or glob, charts as `chart:NAME`; none: all. */
  readonly names: readonly string[];
  /** Only what goes to these; none: to any. */
  readonly targets: readonly string[];
  /** Undefined: those of the targets. */
  readonly platforms: readonly Platform[] | undefined;
}

/** The registry and the target that a wish becomes; one of the same name in the config stays away meanwhile. */
const NAME = "archive";
const AS = "${" + "registry}/${" + "path}:${" + "tag}";

/**
 * The config with one more target, `archive`: a file that takes what other targets take, under the names that images
 * come from. Throws `Failed` (class `usage`) where a name or target is none of the config.
 */
export function withArchive(config: Config, wish: ArchiveWish): Config {
  const targets = targetsFor(config, wish.targets);
  const wanted = testFor(config, wish.names, targets);
  const place = targets[0]?.place ?? { file: config.file, line: 1, column: 1, length: 1, text: "" };
  const { file, volumeSize, since, gathered } = wish;
  const target: Target = {
    name: NAME,
    place,
    registry: NAME,
    entries: entriesOf(config, targets).filter(({ image }) => wanted(image)),
    charts: chartsOf(targets).filter(({ chart }) => wanted(`chart:${chart}`)),
    packages: packagesOf(targets).filter(({ chart }) => wanted(`chart:${chart}`)),
    platforms: wish.platforms ?? platformsOf(targets),
    tags: "mutable",
    signatures: targets.length > 0 && targets.every(({ signatures }) => signatures === "ignore") ? "ignore" : "copy",
    foreignLayers: targets.some(({ foreignLayers }) => foreignLayers === "copy") ? "copy" : "skip",
    scanned: undefined,
  };
  return {
    ...config,
    registries: new Map(config.registries).set(NAME, {
      type: "archive",
      name: NAME,
      place,
      jobs: undefined,
      file,
      volumeSize,
      since,
      gathered,
    }),
    targets: new Map(config.targets).set(NAME, target),
  };
}

function targetsFor(config: Config, names: readonly string[]): readonly Target[] {
  const others = [...config.targets.values()].filter(
    ({ registry }) => config.registries.get(registry)?.type !== "archive",
  );
  if (names.length === 0) return others;
  return names.flatMap((name) => {
    const found = others.filter((target) => globToTest(name)(target.name));
    if (found.length > 0) return found;
    throw unknown(`There is no target "${name}" to save images of`, name, config.targets.keys());
  });
}

/** Without any target, what is declared is what there is. */
function entriesOf(config: Config, targets: readonly Target[]): readonly TargetEntry[] {
  const named = targets.flatMap(({ entries }) => entries.map(({ image, place }) => ({ image, place })));
  const declared = [...config.images.values()].map(({ name, place }) => ({ image: name, place }));
  const all = targets.length === 0 ? declared : named;
  return [...new Map(all.map((entry) => [entry.image, { ...entry, as: AS, component: undefined }])).values()];
}

function chartsOf(targets: readonly Target[]): Target["charts"] {
  const all = targets.flatMap(({ charts }) => charts);
  return [...new Map(all.map((line) => [line.chart, { ...line, as: AS }])).values()];
}

/** The charts that targets publish, and those of which they take the images. */
function packagesOf(targets: readonly Target[]): Target["packages"] {
  const all = targets.flatMap(({ packages, charts }) => [...packages, ...charts]);
  return [...new Map(all.map(({ chart, place }) => [chart, { chart, place, as: packageInArchive(chart) }])).values()];
}

/** All that any of the targets wants; undefined (all) where one of them wants all. */
function platformsOf(targets: readonly Target[]): readonly Platform[] | undefined {
  const lists = targets.map(({ platforms }) => platforms);
  const known = lists.filter((list) => list !== undefined);
  if (known.length === 0 || known.length < lists.length) return undefined;
  return [...new Map(known.flat().map((one) => [`${one.os}/${one.architecture}/${one.variant}`, one])).values()];
}

function testFor(config: Config, names: readonly string[], targets: readonly Target[]): (name: string) => boolean {
  if (names.length === 0) return () => true;
  const known = [
    ...entriesOf(config, targets).map(({ image }) => image),
    ...packagesOf(targets).map(({ chart }) => `chart:${chart}`),
  ];
  for (const name of names) {
    if (known.some(globToTest(name))) continue;
    throw unknown(`There is no image "${name}" to save`, isGlob(name) ? "" : name, known);
  }
  const tests = names.map((name) => globToTest(name));
  return (name) => tests.some((test) => test(name));
}

function unknown(message: string, name: string, known: Iterable<string>): Failed {
  const hint = didYouMean(name, known);
  return new Failed({ code: "usage/unknown-name", class: "usage", message, ...(hint === undefined ? {} : { hint }) });
}
