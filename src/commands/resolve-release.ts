import type { Config } from "../config/index.ts";
import type { Emit } from "../engine/index.ts";
import type { Failure } from "../failure/index.ts";
import { withCharts } from "../plan/index.ts";
import type { Connections } from "../registries/index.ts";
import {
  createDescribe,
  type Lock,
  type Resolved,
  refuseDisagreements,
  relock,
  renderCharts,
  resolvePins,
  type Sources,
} from "../release/index.ts";
import type { Host } from "./command.ts";
import type { LockUse } from "./locking.ts";

export interface ResolveReleaseOptions {
  readonly host: Pick<Host, "env" | "stopping">;
  readonly connections: Connections;
  readonly emit: Emit;
  readonly lock: LockUse;
  readonly sources: Sources;
  readonly charts: readonly string[];
  /** Charts that are published and whose images nobody takes. */
  readonly onlyPacked?: ReadonlySet<string>;
  /** The images to pin, once the charts have told which there are. */
  readonly images: (config: Config) => readonly string[];
}

/**
 * Charts are rendered and versions pinned, by the lock where it has them; then what the lock did not have goes into
 * it. Throws `FailedTogether` where a frozen lock and the config disagree.
 */
export async function resolveRelease(
  declared: Config,
  { host, connections, emit, lock, sources, ...wanted }: ResolveReleaseOptions,
): Promise<Resolved & { readonly lock: Lock }> {
  const { locking } = lock;
  const signal = host.stopping;
  const describe = createDescribe(signal);
  const outside = {
    connections,
    env: host.env,
    emit,
    signal,
    sources,
    locking,
    ...(lock.charts && { known: lock.charts }),
    ...(lock.save && { describe }),
  } as const;
  const { onlyPacked = new Set() } = wanted;
  const charts = await renderCharts(declared, [...wanted.charts, ...onlyPacked], outside);
  const config = withCharts(declared, new Map([...charts].filter(([name]) => !onlyPacked.has(name))));
  const pins = await resolvePins(config, wanted.images(config), outside);
  refuseDisagreements(config, charts, pins, locking);
  const resolved = { config, charts, onlyPacked, sources, pins };
  if (lock.save === undefined || signal.aborted) return { ...resolved, lock: locking.lock };
  const warn = (failure: Failure): void => emit({ type: "warning", failure });
  const after = await relock(locking.lock, resolved, { connections, describe, warn, signal });
  await lock.save(after);
  return { ...resolved, lock: after };
}
