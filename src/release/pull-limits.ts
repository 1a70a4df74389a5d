import type { Config } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import type { Connections } from "../registries/index.ts";
import type { Pins } from "./pins.ts";

/**
 * A warning for every host that allows fewer pulls than a run may need: one for each pinned image, if none of them is
 * up to date. Asks nothing: hosts say it beside the pins (Docker Hub's `ratelimit-remaining`), or not at all.
 */
export async function pullLimitWarnings(config: Config, pins: Pins, connections: Connections): Promise<Failure[]> {
  const byHost = new Map<string, string[]>();
  for (const [name, resolution] of pins) {
    const origin = config.images.get(name)?.origin;
    if (resolution.kind !== "pinned" || origin?.kind !== "upstream") continue;
    byHost.set(origin.host, [...(byHost.get(origin.host) ?? []), origin.repository]);
  }
  const warnings: Failure[] = [];
  for (const [host, repositories] of byHost) {
    const { registry } = await connections.source(host, repositories[0] ?? "");
    const limit = registry.pullLimit();
    if (limit === undefined || limit.remaining >= repositories.length) continue;
    const window = limit.windowSeconds === undefined ? "" : ` within ${formatWindow(limit.windowSeconds)}`;
    warnings.push({
      code: "release/few-pulls-left",
      class: "transient",
      message: `${host} allows ${limit.remaining} more pulls${window}, and this run may need ${repositories.length}`,
      hint: "Log in with an account that may pull more, or reach the host through a cache with upstreams",
    });
  }
  return warnings;
}

const formatWindow = (seconds: number): string =>
  seconds >= 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.ceil(seconds / 60)} min`;
