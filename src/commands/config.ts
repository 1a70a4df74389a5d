import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Config, type ReadOptions, readConfig } from "../config/index.ts";
import { localBuilds, withDockerfiles } from "../release/index.ts";
import type { Arguments, Host } from "./command.ts";

const FILE = "mirror.config.yaml";

/**
 * Reads the config that a command line names, or the nearest `mirror.config.yaml` in this folder and those above, and
 * the Dockerfiles beside it: what they start from is part of what needs what.
 * `configure` gives the config that holds instead of the one that was read; `mayLack` tells which of the files that
 * it names need not be there, and `memory` whether `.mirror` is made to remember it.
 */
export async function configOf(
  host: Host,
  args: Arguments,
  {
    configure = (config) => config,
    ...how
  }: Pick<ReadOptions, "mayLack" | "memory"> & { readonly configure?: (config: Config) => Config } = {},
): Promise<Config> {
  const read = await readConfig({ path: pathOfConfig(host, args), env: host.env, cwd: host.cwd, ...how });
  const config = configure(read);
  return withDockerfiles(config, localBuilds(config), { env: host.env, signal: host.stopping });
}

/** The absolute path of that config, which need not be there. */
export function pathOfConfig(host: Host, args: Arguments): string {
  const named = args.values.get("config")?.at(-1);
  return named === undefined ? nearest(host.cwd) : resolve(host.cwd, named);
}

/** True where a command line names a config, or one is in this folder or those above. */
export const hasConfig = (host: Host, args: Arguments): boolean =>
  args.values.has("config") || existsSync(nearest(host.cwd));

function nearest(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, FILE))) return join(at, FILE);
    // Nothing up to the root: the error is to name the place where a person would put it.
    if (at === dirname(at)) return join(folder, FILE);
  }
}
