import { type Config, globToTest, isGlob } from "../config/index.ts";
import { didYouMean, Failed } from "../failure/index.ts";
import type { Lock, Locking } from "../release/index.ts";
import type { Arguments } from "./command.ts";

/** What `mirror pin` resolves anew. */
export interface PinSelection {
  readonly renews: Locking["renews"];
  /** Every image that has a rule; checks that each name is that of something. Throws `Failed` (`usage/…`). */
  readonly images: (config: Config) => readonly string[];
}

/**
 * Reads what a command line says: `--update` alone means everything that is not held, with names (or globs) those
 * images, charts and sources. Throws `Failed` where names stand without `--update`, or name what is held.
 */
export function pinSelectionOf(args: Arguments, declared: Config, lock: Lock): PinSelection {
  const { names } = args;
  const updates = args.flags.has("update");
  if (names.length > 0 && !updates) throw namesAlone(names[0] ?? "");
  for (const name of names) refuseHeld(declared, name);
  const named = anyOf(names);
  const all = updates && names.length === 0;
  const charts = [...declared.charts.values()].filter(({ name }) => named(name));
  const chartSources = new Set(charts.flatMap(({ origin }) => (origin.kind === "source" ? [origin.source] : [])));
  const chartImages = new Set(
    charts.flatMap(({ name }) => lock.charts.get(name)?.images ?? []).map(({ reference }) => reference),
  );

  const renewsImage = (name: string): boolean => {
    const image = declared.images.get(name);
    if (image?.hold !== undefined) return false;
    if (all || named(name)) return true;
    const rule = image?.version;
    if (rule?.kind === "newest" && rule.source !== undefined && named(rule.source)) return true;
    const entry = lock.images.get(name);
    return entry !== undefined && chartImages.has(`${entry.repository}:${entry.tag}`);
  };
  return {
    renews: (section, name) =>
      updates &&
      (section === "images"
        ? renewsImage(name)
        : all || named(name) || (section === "sources" && chartSources.has(name))),
    images: (config) => {
      const known = [...config.images.keys(), ...config.charts.keys(), ...config.sources.keys()];
      const lost = names.find((name) => !known.some(anyOf([name])));
      if (lost !== undefined) throw unknownName(lost, known);
      return [...config.images.values()].filter(({ origin }) => origin.kind === "upstream").map(({ name }) => name);
    },
  };
}

function anyOf(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map(globToTest);
  return (name) => tests.some((fits) => fits(name));
}

function refuseHeld({ images }: Config, name: string): void {
  const image = isGlob(name) ? undefined : images.get(name);
  if (image?.hold === undefined) return;
  throw new Failed({
    code: "release/held",
    class: "usage",
    message: `${name} is held: ${image.hold}`,
    place: image.place,
    hint: "Remove hold from the config to let it move",
  });
}

const namesAlone = (name: string): Failed =>
  new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: "mirror pin resolves all that the lock does not have, and takes names only with --update",
    hint: `Write: mirror pin --update ${name}`,
  });

function unknownName(name: string, known: readonly string[]): Failed {
  return new Failed({
    code: "usage/unknown-name",
    class: "usage",
    message: `There is no image, chart or source by the name "${name}"`,
    hint: didYouMean(name, known) ?? "List them with: mirror list",
  });
}
