import { Failed } from "../../failure/index.ts";
import type { CatalogEntry } from "./entry.ts";

/** A channel of a package, and the bundles in it from the newest on. */
export interface Channel {
  readonly name: string;
  readonly entries: readonly CatalogEntry[];
}

/**
 * The channels of a package, by name. Throws `Failed` (`catalog/many-heads`, `catalog/stranded`) where OLM could not
 * tell which bundle is the newest, or would never offer one.
 */
export function channelsOf(packageName: string, bundles: readonly CatalogEntry[]): readonly Channel[] {
  const names = [...new Set(bundles.flatMap(({ channels }) => channels))].sort();
  return names.map((name) => {
    const entries = bundles.filter(({ channels }) => channels.includes(name));
    refuseBroken(packageName, name, entries);
    return { name, entries };
  });
}

/** A channel is a chain of `replaces` from its one head on; what is beside it has to be skipped. */
function refuseBroken(packageName: string, channel: string, entries: readonly CatalogEntry[]): void {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const passed = new Set(
    entries.flatMap(({ name, replaces, skips }) => [replaces, ...skips].filter((one) => one !== name)),
  );
  const heads = entries.filter(({ name }) => !passed.has(name));
  const [head] = heads;
  if (head === undefined || heads.length > 1) throw manyHeads(packageName, channel, heads.length > 0 ? heads : entries);
  const reached = new Set<string>();
  for (let at: CatalogEntry | undefined = head; at !== undefined && !reached.has(at.name); ) {
    reached.add(at.name);
    for (const skipped of at.skips) reached.add(skipped);
    at = byName.get(at.replaces ?? "");
  }
  const stranded = entries.filter(({ name }) => !reached.has(name));
  if (stranded.length > 0) throw strandedIn(packageName, channel, head, stranded);
}

function manyHeads(packageName: string, channel: string, heads: readonly CatalogEntry[]): Failed {
  return new Failed({
    code: "catalog/many-heads",
    class: "usage",
    message: `In the channel ${channel} of ${packageName} it cannot be told which bundle is the newest: ${namesOf(heads)}`,
    hint: "Say in all but the oldest which one it replaces: spec.replaces, or replaces in the config",
  });
}

function strandedIn(
  packageName: string,
  channel: string,
  head: CatalogEntry,
  stranded: readonly CatalogEntry[],
): Failed {
  return new Failed({
    code: "catalog/stranded",
    class: "usage",
    message: `In the channel ${channel} of ${packageName} no way of replaces and skips leads from ${head.name} to ${namesOf(stranded)}`,
    hint: "Let one of the chain replace or skip it, or leave it out of the catalog",
  });
}

const namesOf = (entries: readonly CatalogEntry[]): string => entries.map(({ name }) => name).join(", ");
