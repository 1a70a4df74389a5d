import type { Config } from "../config/index.ts";
import { withCharts } from "../plan/index.ts";
import { chartsInLock, type Lock } from "../release/index.ts";

/**
 * The config with the images that its charts had when they were locked: nothing is fetched and nothing rendered.
 * `unlocked` are the charts of which the lock knows none.
 */
export function withLockedCharts(
  config: Config,
  lock: Lock,
): { readonly config: Config; readonly unlocked: readonly string[] } {
  const locked = chartsInLock(lock);
  return {
    config: withCharts(config, locked),
    unlocked: [...config.charts.keys()].filter((name) => !locked.has(name)),
  };
}
