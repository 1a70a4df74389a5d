import type { Config, Image } from "../config/index.ts";
import { destinationOf, tagOf, withVersions } from "../plan/index.ts";
import { waysOf } from "../registries/index.ts";
import { DISAGREES, declaredName, type Pins } from "../release/index.ts";

/** A name under which an image is known, and its version there. */
export interface KnownName {
  readonly host: string;
  readonly repository: string;
  /** Undefined where the version is a digest alone, or a rule that nobody has resolved. */
  readonly tag: string | undefined;
}

/** An image as the config declares it. */
export interface Declared {
  readonly image: string;
  /** The name that files are to use first; the others are as good. */
  readonly names: readonly KnownName[];
  readonly digest: string | undefined;
  /** `several`: its rule chose more than one version, and any of them may be meant. */
  readonly versions: "one" | "several";
  /** Why its tag is not known, where it is not. */
  readonly open: string | undefined;
  /** The chart that brings it, where the config does not declare it itself. */
  readonly chart: string | undefined;
}

/** What a config declares, by image and by repository. */
export interface Declarations {
  /** As files name it: at a target, or wherever it is known. No names where it is not at the target. */
  readonly of: (image: string, at: string | undefined) => Declared;
  /**
   * The images that are known by a repository anywhere, as files are to name them. What the config declares itself
   * comes before what its charts bring: a chart that has another version than the config is no excuse for it.
   */
  readonly named: (host: string, repository: string, at: string | undefined) => readonly Declared[];
}

/**
 * Reads a config's declarations. Pins add the tags that version rules chose, and digests; where a rule chose several
 * versions, each is as good as the others.
 */
export function declarationsOf(declared: Config, pins: Pins): Declarations {
  const names = new Map<string, readonly NameAt[]>();
  const config = withVersions(declared, pins);
  for (const image of config.images.values()) {
    const key = declaredName(image.name);
    names.set(key, [...(names.get(key) ?? []), ...namesOf(config, image, pins)]);
  }
  const byRepository = new Map<string, Set<string>>();
  for (const [image, known] of names) {
    for (const { host, repository } of known.map(({ name }) => name)) {
      const key = `${host}/${repository}`;
      byRepository.set(key, (byRepository.get(key) ?? new Set()).add(image));
    }
  }
  const of = (name: string, at: string | undefined): Declared => {
    const known = (names.get(name) ?? []).filter(({ target }) => at === undefined || target === at);
    const image = declared.images.get(name);
    return {
      image: name,
      names: known.map((one) => one.name),
      digest: image === undefined ? undefined : digestOf(image, pins),
      versions: config.images.has(name) || image === undefined ? "one" : "several",
      open: image === undefined ? undefined : openOf(image, pins),
      chart: image === undefined ? undefined : chartOf(image, declared),
    };
  };
  return {
    of,
    named: (host, repository, at) => {
      const all = [...(byRepository.get(`${host}/${repository}`) ?? [])].map((image) => of(image, at));
      const own = all.filter(({ chart }) => chart === undefined);
      return own.length > 0 ? own : all;
    },
  };
}

/** An image of a chart stands where its chart is declared. */
const chartOf = ({ place }: Image, { charts }: Config): string | undefined =>
  [...charts.values()].find((chart) => chart.place === place)?.name;

interface NameAt {
  /** Undefined: where it comes from. */
  readonly target: string | undefined;
  readonly name: KnownName;
}

function namesOf(config: Config, image: Image, pins: Pins): readonly NameAt[] {
  const { origin } = image;
  const tag = tagOf(image, pins);
  const upstream = origin.kind === "upstream" ? [{ host: origin.host, repository: origin.repository, tag }] : [];
  const published = [...config.targets.values()].flatMap((target) => {
    const registry = config.registries.get(target.registry);
    const entry = target.entries.find((one) => one.image === image.name);
    if (registry === undefined || entry === undefined) return [];
    const destination = destinationOf(config, target.registry, entry, pins);
    const name = { ...waysOf(registry).publicName(destination), tag: destination.tag };
    return [{ target: target.name, name }];
  });
  return [...upstream.map((name) => ({ target: undefined, name })), ...published];
}

function digestOf(image: Image, pins: Pins): string | undefined {
  if (image.version.kind === "digest") return image.version.digest;
  const resolved = pins.get(image.name);
  return resolved?.kind === "pinned" ? resolved.pin.digest : undefined;
}

function openOf(image: Image, pins: Pins): string | undefined {
  const { kind } = image.version;
  if (kind === "tag" || kind === "digest" || tagOf(image, pins) !== undefined) return undefined;
  const resolution = pins.get(image.name);
  if (resolution?.kind === "unpinned") {
    const { code, message } = resolution.failure;
    return code === DISAGREES ? `${message}: run mirror pin` : message;
  }
  return `the version of ${image.name} is chosen by a rule that is not resolved`;
}
