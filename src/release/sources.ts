import { join } from "node:path";
import type { Config, Source } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import { listTags, type OpenedSource, openSource, type SourceOrigin } from "../sources/index.ts";
import { chosenFrom } from "./chosen-from.ts";
import type { LockedSource } from "./lock/index.ts";
import { DISAGREES, disagreement, type Locking } from "./locking.ts";
import { sourceRuleText } from "./rules/rule-text.ts";
import { originOf } from "./source-origin.ts";

/** The sources of a release: each is opened once, where it is first needed, at the commit that the lock has. */
export interface Sources {
  /** The lock by which they are opened. */
  readonly locking: Locking;
  /** Throws `Failed`: what `openSource` throws, and `lock/disagrees` where the lock is frozen and does not have it. */
  readonly open: (name: string) => Promise<OpenedSource>;
  /** The git tags of a source, as they are now; a folder has none. */
  readonly tags: (name: string) => Promise<readonly string[]>;
  /** The pattern of tags that a source's pin has; `*` where it has none. */
  readonly patternOf: (name: string) => string;
  /**
   * The config with these sources at the very commits that were opened, for work that opens them by itself. One that
   * cannot be had stays as it was: whoever needs it will say so. Throws `Failed` (`lock/disagrees`).
   */
  readonly settle: (config: Config, names: readonly string[]) => Promise<Config>;
  /** What was opened so far, as a lock has it. */
  readonly locked: () => ReadonlyMap<string, LockedSource>;
}

export interface SourcesOptions {
  readonly locking: Locking;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** `offline` asks no repository: what is not in the cache cannot be had. `online` unless given. */
  readonly network?: "online" | "offline";
}

export function createSources(config: Config, options: SourcesOptions): Sources {
  const opened = new Map<string, Promise<OpenedSource>>();
  const locked = new Map<string, LockedSource>();
  const cache = join(config.folder, ".mirror", "sources");
  const { env, signal, network = "online" } = options;
  const sourceOptions = { cache, network, env, signal } as const;
  const at = (origin: SourceOrigin) => openSource(origin, sourceOptions);

  const open = async (name: string): Promise<OpenedSource> => {
    const source = config.sources.get(name);
    if (source === undefined) throw new Error(`no source ${name}`);
    const { origin } = source;
    if (origin.kind === "folder") return at(originOf(source));
    const entry = lockedEntry(source, options.locking);
    if (entry !== undefined) {
      locked.set(name, entry);
      const found = await at({ url: origin.url, pin: { kind: "commit", sha: entry.commit } });
      return { ...found, ref: entry.ref };
    }
    const found = await at(originOf(source));
    if (found.commit !== undefined) locked.set(name, asLocked(source, found, found.commit));
    return found;
  };

  const openOnce = (name: string): Promise<OpenedSource> => {
    const pending = opened.get(name) ?? open(name);
    opened.set(name, pending);
    return pending;
  };

  return {
    locking: options.locking,
    open: openOnce,
    patternOf: (name) => {
      const origin = config.sources.get(name)?.origin;
      return origin?.kind === "git" && origin.pin.kind === "version" ? origin.pin.tags : "*";
    },
    settle: async (known, names) => {
      await Promise.all(names.map((name) => openOnce(name).catch(refuseDisagreement)));
      return atCommits(known, locked);
    },
    tags: async (name) => {
      const origin = config.sources.get(name)?.origin;
      return origin?.kind === "git" ? listTags(origin.url, sourceOptions) : [];
    },
    locked: () => locked,
  };
}

type GitSource = Source & { readonly origin: Extract<Source["origin"], { readonly kind: "git" }> };

function lockedEntry(source: Source, locking: Locking): LockedSource | undefined {
  if (source.origin.kind !== "git") return undefined;
  const { name, place, origin } = source;
  const entry = locking.lock.sources.get(name);
  const rule = sourceRuleText(origin.pin);
  if (entry !== undefined && entry.git === origin.url && entry.rule === rule && !locking.renews("sources", name))
    return entry;
  if (locking.manner !== "frozen") return undefined;
  throw disagreement({ section: "sources", name, place }, differs(source as GitSource, rule, entry), locking);
}

function differs({ origin }: GitSource, rule: string, entry: LockedSource | undefined): string {
  if (entry === undefined) return "is a source that the lock does not have";
  if (entry.git !== origin.url) return `comes from ${origin.url}, and the lock has ${entry.git}`;
  return `has the rule "${rule}", and the lock was made by "${entry.rule}"`;
}

function refuseDisagreement(thrown: unknown): void {
  if (!(thrown instanceof Failed) || [DISAGREES, "git/cancelled"].includes(thrown.failure.code)) throw thrown;
}

function atCommits(config: Config, locked: ReadonlyMap<string, LockedSource>): Config {
  const sources = [...config.sources].map(([name, source]): [string, Source] => {
    const commit = locked.get(name)?.commit;
    if (commit === undefined || source.origin.kind !== "git") return [name, source];
    return [name, { ...source, origin: { ...source.origin, pin: { kind: "ref", ref: commit } } }];
  });
  return { ...config, sources: new Map(sources) };
}

function asLocked({ name, origin }: Source, { ref, choice }: OpenedSource, commit: string): LockedSource {
  if (origin.kind !== "git") throw new Error(`${name} is no git repository`);
  return {
    git: origin.url,
    rule: sourceRuleText(origin.pin),
    ref,
    commit,
    chosenFrom: choice === undefined ? undefined : chosenFrom(choice, 1),
  };
}
