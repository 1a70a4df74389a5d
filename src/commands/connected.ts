import type { Config } from "../config/index.ts";
import type { Failure } from "../failure/index.ts";
import { type Connections, openConnections } from "../registries/index.ts";
import { createMask, type Mask } from "../report/index.ts";
import type { Host } from "./command.ts";

/** What counts where there is no config: hosts as they are called, with docker's and containers' auth files. */
export const NO_CONFIG: Pick<Config, "upstreams" | "registries"> = { upstreams: new Map(), registries: new Map() };

export interface ConnectedOptions {
  /** Told every secret. */
  readonly mask?: Mask;
  /** Told once of each thing that a registry warns of. */
  readonly warn?: (warning: Failure) => void;
}

/** Does the work of a command with the connections of a config, which are closed after it, however it ends. */
export async function connected<Result>(
  host: Host,
  config: Pick<Config, "upstreams" | "registries"> = NO_CONFIG,
  { mask = createMask(), warn = () => {} }: ConnectedOptions,
  work: (connections: Connections) => Promise<Result>,
): Promise<Result> {
  const { env, home, stopping: signal } = host;
  const connections = openConnections(config, { env, home, onSecret: mask.add, onWarning: warn, signal });
  try {
    return await work(connections);
  } finally {
    await connections.close();
  }
}
