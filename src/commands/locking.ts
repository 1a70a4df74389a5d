import { relative } from "node:path";
import type { Config } from "../config/index.ts";
import { Failed } from "../failure/index.ts";
import type { Archive } from "../oci/index.ts";
import {
  type ChartImages,
  chartsInLock,
  createSources,
  type Lock,
  type LockFile,
  type Locking,
  lockFileOf,
  lockingOf,
  readLock,
  type Sources,
  UNLOCKED,
  writeLock,
} from "../release/index.ts";
import { isCi } from "../report/index.ts";
import type { Mode } from "../steps/index.ts";
import { lockInArchive } from "./archived-lock.ts";
import type { Arguments, Host } from "./command.ts";

/** How a command uses the lock beside the config. */
export interface LockUse {
  readonly locking: Locking;
  /** Takes what was resolved: into the file where this command writes it, else nowhere. */
  readonly save: ((lock: Lock) => Promise<"written" | "unchanged">) | undefined;
  /** Charts that are taken from the lock and not rendered. */
  readonly charts?: ChartImages;
}

/**
 * Reads the lock. In CI it is frozen where there is one, and never written; elsewhere a run adds what is missing.
 * `--frozen` and `--no-frozen` say so for both. Throws `Failed`: what `readLock` throws, and `lock/missing`.
 */
export async function lockUseOf(host: Host, args: Arguments, config: Config, mode: Mode): Promise<LockUse> {
  const [frozen, thawed] = [args.flags.has("frozen"), args.flags.has("no-frozen")];
  if (frozen && thawed) throw contradiction();
  const file = lockFileOf(config.file);
  const found = await readLock(file, host.cwd);
  const ci = isCi(host.env) && !thawed;
  const manner = frozen || (ci && found !== undefined) ? "frozen" : "kept";
  if (manner === "frozen") return { locking: frozenBy(found, config, relative(host.cwd, file)), save: undefined };
  const writes = mode === "run" && !ci;
  return { locking: lockingOf(found, "kept"), save: writes ? saveTo(file, found) : undefined };
}

/**
 * Of an archive: what its lock says of images that it has, and the charts as they were rendered. What it does not say
 * is resolved in the archive; the lock beside the config is neither read nor written. Throws what `parseLock` throws.
 */
export async function lockUseOfArchive(archive: Archive, signal: AbortSignal): Promise<LockUse> {
  const found = await lockInArchive(archive, signal);
  if (found === undefined) return { locking: UNLOCKED, save: undefined };
  const images = new Map([...found.lock.images].filter(([, { digest }]) => archive.blobs.has(digest)));
  const held = { ...found, lock: { ...found.lock, images } };
  return {
    locking: { ...lockingOf(held, "kept"), derived: "taken" },
    save: undefined,
    charts: chartsInLock(found.lock),
  };
}

/** The lock and the sources at its commits, for commands that only look. Throws what `readLock` throws. */
export async function lookingAt(
  host: Host,
  config: Config,
  network: "online" | "offline" = "online",
): Promise<{ readonly locking: Locking; readonly sources: Sources }> {
  const locking = lockingOf(await readLock(lockFileOf(config.file), host.cwd), "kept");
  return { locking, sources: createSources(config, { locking, env: host.env, signal: host.stopping, network }) };
}

function frozenBy(found: LockFile | undefined, config: Config, file: string): Locking {
  const upstream = [...config.images.values()].some(({ origin }) => origin.kind === "upstream");
  if (found === undefined && (upstream || config.charts.size > 0)) throw missing(file);
  return lockingOf(found, "frozen");
}

/** A config of which nothing is ever resolved, as all is built here, gets no empty file. */
export const saveTo =
  (file: string, found: LockFile | undefined) =>
  async (lock: Lock): Promise<"written" | "unchanged"> => {
    const isEmpty = lock.images.size + lock.charts.size + lock.sources.size === 0;
    return found === undefined && isEmpty ? "unchanged" : writeLock(file, lock);
  };

const missing = (file: string): Failed =>
  new Failed({
    code: "lock/missing",
    class: "usage",
    message: `There is no ${file}, and --frozen takes every version from it`,
    hint: "Run mirror pin and commit the lock, or run without --frozen",
  });

const contradiction = (): Failed =>
  new Failed({
    code: "usage/bad-argument",
    class: "usage",
    message: "--frozen and --no-frozen say opposite things",
    hint: "Write one of them",
  });
