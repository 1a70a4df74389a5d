import { parse } from "yaml";
import { blockOf, itemsOf, type Lines, scalarIn } from "./index-scan.ts";

/** One version of a chart in a repository's `index.yaml`. */
export interface IndexEntry {
  readonly version: string;
  /** Absolute, or relative to the index. */
  readonly urls: readonly string[];
  /** The sha256 of the archive as the index writes it; undefined where it has none. */
  readonly digest: string | undefined;
}

/** What a repository offers. */
export interface ChartIndex {
  readonly names: () => readonly string[];
  /** The versions of a chart in the order of the file; none for an unknown chart. */
  readonly versions: (name: string) => readonly string[];
  readonly entry: (name: string, version: string) => IndexEntry | undefined;
}

/**
 * Reads an `index.yaml` (or the same as JSON). Public ones have tens of megabytes, of which one entry is wanted: where
 * the file has the form that helm writes, only lines are looked at, and that entry alone is parsed. Undefined where
 * the text is no index.
 */
export function readIndex(text: string): ChartIndex | undefined {
  const quick = /^\s*\{/.test(text) ? undefined : blockOf(text);
  return quick === undefined ? readWhole(text) : scanned(text, quick);
}

function scanned(text: string, charts: ReadonlyMap<string, Lines>): ChartIndex {
  const known = new Map<string, ReadonlyMap<string, () => IndexEntry | undefined>>();
  const entriesOf = (name: string) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const lines = charts.get(name);
    const items = lines === undefined ? [] : itemsOf(text, lines);
    const entries = new Map<string, () => IndexEntry | undefined>();
    for (const item of items) {
      const read = (): IndexEntry | undefined => entryOf(parseList(item.text)[0]);
      const version = scalarIn(item, "version") ?? read()?.version;
      if (version !== undefined && !entries.has(version)) entries.set(version, read);
    }
    known.set(name, entries);
    return entries;
  };
  return {
    names: () => [...charts.keys()],
    versions: (name) => [...entriesOf(name).keys()],
    entry: (name, version) => entriesOf(name).get(version)?.(),
  };
}

function readWhole(text: string): ChartIndex | undefined {
  const index = parseAny(text);
  const { entries } = isMap(index) ? index : {};
  if (!isMap(entries)) return undefined;
  const of = (name: string): IndexEntry[] => {
    const list = Object.hasOwn(entries, name) ? entries[name] : [];
    return Array.isArray(list) ? list.map(entryOf).filter((entry) => entry !== undefined) : [];
  };
  return {
    names: () => Object.keys(entries),
    versions: (name) => [...new Set(of(name).map(({ version }) => version))],
    entry: (name, version) => of(name).find((entry) => entry.version === version),
  };
}

function entryOf(value: unknown): IndexEntry | undefined {
  if (!isMap(value)) return undefined;
  const { version, urls, digest } = value;
  if (typeof version !== "string") return undefined;
  return {
    version,
    urls: Array.isArray(urls) ? urls.filter((url) => typeof url === "string") : [],
    digest: typeof digest === "string" && digest !== "" ? digest : undefined,
  };
}

/** Every scalar as its text: a version such as 1.10 is no number. */
function parseAny(text: string): unknown {
  try {
    return parse(text, { schema: "failsafe", logLevel: "silent" });
  } catch {
    return undefined;
  }
}

function parseList(text: string): readonly unknown[] {
  const list = parseAny(text);
  return Array.isArray(list) ? list : [];
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
