import { relative } from "node:path";
import type { Config } from "../config/index.ts";
import { type Failure, failureOf } from "../failure/index.ts";
import type { Connections } from "../registries/index.ts";
import {
  createSources,
  EMPTY_LOCK,
  type Locking,
  lockFileOf,
  lockingOf,
  type Pins,
  readLock,
  type Sources,
  standingOf,
  standingWarning,
} from "../release/index.ts";
import { createMask, maskFailure } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { connected } from "./connected.ts";
import { saveTo } from "./locking.ts";
import { printPins } from "./pin-report.ts";
import { pinSelectionOf } from "./pin-selection.ts";
import { resolveRelease } from "./resolve-release.ts";

/**
 * `mirror pin`: resolves what the lock does not have, tells what moved at its registry since it was locked, and moves
 * it with `--update`. Gives 1 where a rule could not be resolved; what could is in the lock nonetheless.
 */
export async function pin(host: Host, args: Arguments): Promise<number> {
  const declared = await configOf(host, args, { memory: args.flags.has("dry-run") ? "where .mirror is" : "made" });
  const file = lockFileOf(declared.file);
  const found = await readLock(file, host.cwd);
  const before = found?.lock ?? EMPTY_LOCK;
  const selection = pinSelectionOf(args, declared, before);
  const locking: Locking = { ...lockingOf(found, "kept"), renews: selection.renews };

  const mask = createMask();
  const warnings: Failure[] = [...declared.warnings];
  const warn = (failure: Failure): void => void warnings.push(failure);
  return connected(host, declared, { mask, warn }, async (connections) => {
    const sources = createSources(declared, { locking, env: host.env, signal: host.stopping });
    const unopened = await openAll(declared, sources);
    const { config, lock, pins, charts } = await resolveRelease(declared, {
      host,
      connections,
      emit: (event) => (event.type === "warning" ? warn(event.failure) : undefined),
      lock: { locking, save: args.flags.has("dry-run") ? async () => "unchanged" : saveTo(file, found) },
      sources,
      charts: [...declared.charts.keys()],
      images: selection.images,
    });
    const unresolved = [...charts.values(), ...pins.values()].filter((one) => "failure" in one);
    // What another image has failed with is told of that one alone.
    const reasons = unresolved.flatMap((one) => ("by" in one && one.by !== undefined ? [] : [one.failure]));
    const failures = [...unopened, ...reasons].filter((one, at, all) => all.indexOf(one) === at);
    warnings.push(...(await movedSince(pins, config, locking, { connections, signal: host.stopping })));
    // Whoever runs next finds it as it was read here, and a lock that could not be read is told now.
    await readLock(file, host.cwd);
    printPins(host, args, {
      file: relative(host.cwd, file),
      before,
      after: lock,
      pulls: await pullsLeft(config, pins, connections),
      requests: new Map([...connections.requestLimits()].map(([name, { remaining }]) => [name, remaining])),
      warnings: warnings.map((failure) => maskFailure(failure, mask)),
      failures: failures.map((failure) => maskFailure(failure, mask)),
      unresolved: unopened.length + unresolved.length,
    });
    return failures.length > 0 ? 1 : 0;
  });
}

/** Every source is in the lock, also one that only builds and references use. Gives why some could not be opened. */
async function openAll(config: Config, sources: Sources): Promise<Failure[]> {
  const git = [...config.sources.values()].filter(({ origin }) => origin.kind === "git");
  const settled = await Promise.allSettled(git.map(({ name }) => sources.open(name)));
  return settled.flatMap((one) => (one.status === "rejected" ? [failureOf(one.reason)] : []));
}

/** What no longer stands at its registry as the lock has it: one HEAD for each image that the lock had. */
async function movedSince(
  pins: Pins,
  config: Config,
  { placeOf }: Locking,
  outside: { readonly connections: Connections; readonly signal: AbortSignal },
): Promise<Failure[]> {
  const warnings = await Promise.all(
    [...pins].map(async ([name, resolution]) => {
      const locked = resolution.kind === "pinned" ? resolution.pin.locked : undefined;
      if (locked === undefined) return [];
      const standing = await standingOf(name, locked, config, outside);
      return standingWarning(name, locked, standing, placeOf?.("images", name)) ?? [];
    }),
  );
  return warnings.flat();
}

/** What hosts said of how many more pulls they allow. */
async function pullsLeft(config: Config, pins: Pins, connections: Connections): Promise<ReadonlyMap<string, number>> {
  const left = new Map<string, number>();
  for (const name of pins.keys()) {
    const origin = config.images.get(name)?.origin;
    if (origin?.kind !== "upstream" || left.has(origin.host)) continue;
    const { registry } = await connections.source(origin.host, origin.repository);
    const limit = registry.pullLimit();
    if (limit !== undefined) left.set(origin.host, limit.remaining);
  }
  return left;
}
