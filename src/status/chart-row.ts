import type { Config, Target } from "../config/index.ts";
import { failureOf } from "../failure/index.ts";
import { type Digest, MediaType } from "../oci/index.ts";
import { askTarget } from "./ask.ts";
import type { Placed } from "./extra.ts";
import { unknown } from "./judge.ts";
import type { Cell, Row } from "./status.ts";
import type { Outside } from "./wanted.ts";

/** What a chart is published as: its version as a tag, and the digest of its package. */
export interface PublishedChart {
  readonly tag: string;
  readonly digest: Digest;
}

export interface ChartRowOptions extends Outside {
  readonly packageOf: (chart: string) => Promise<PublishedChart>;
  readonly referenced: ReadonlyMap<string, unknown> | undefined;
}

/** How a chart stands at the targets that publish it, by the digest of its package. */
export async function chartRow(
  chart: string,
  config: Config,
  targets: readonly Target[],
  options: ChartRowOptions,
): Promise<{ readonly row: Row; readonly placed: readonly Placed[] }> {
  const row = {
    kind: "chart",
    name: `chart:${chart}`,
    upstream: { kind: "unknown" },
    referenced: options.referenced === undefined ? undefined : [],
    hold: undefined,
  } as const;
  const takers = targets.flatMap((target) =>
    target.packages.filter((one) => one.chart === chart).map(({ as }) => ({ target, as })),
  );
  try {
    const { tag, digest } = await options.packageOf(chart);
    const pin = { kind: "pinned", pin: { digest, mediaType: MediaType.ociManifest } } as const;
    const asked = {
      kind: "chart",
      pin,
      upstream: Promise.resolve(row.upstream),
      requires: "nothing",
      parts: async () => new Map(),
    } as const;
    const placed: Placed[] = [];
    const cells = takers.map(async ({ target, as }): Promise<readonly [string, Cell]> => {
      const destination = { registry: target.registry, path: as, component: undefined, tag };
      placed.push({ target: target.name, destination });
      return [target.name, await askTarget(config, { ...asked, target, destination }, options)];
    });
    const all = new Map([...absentAt(targets), ...(await Promise.all(cells))]);
    return { row: { ...row, version: tag, digest, cells: all }, placed };
  } catch (thrown) {
    if (options.signal.aborted) throw thrown;
    const cell = unknown(failureOf(thrown));
    const all = new Map([...absentAt(targets), ...takers.map(({ target }) => [target.name, cell] as const)]);
    return { row: { ...row, version: undefined, digest: undefined, cells: all }, placed: [] };
  }
}

const absentAt = (targets: readonly Target[]): [string, Cell][] =>
  targets.map(({ name }) => [name, { state: "absent" }]);
