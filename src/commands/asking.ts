import type { Answer } from "../charts/find/index.ts";
import type { Config } from "../config/index.ts";
import { type Failure, failureOf } from "../failure/index.ts";
import type { Reference } from "../oci/index.ts";
import { type Connections, openConnections } from "../registries/index.ts";
import { createMask, maskFailure } from "../report/index.ts";
import type { Host } from "./command.ts";
import { NO_CONFIG } from "./connected.ts";

/** Asks registries whether they have an image. */
export interface Asking {
  readonly connections: Connections;
  /** Rejects only when the program is interrupted. */
  readonly head: (reference: Reference) => Promise<Answer>;
  /** Why hosts could not tell: the first failure of each. */
  readonly silent: () => readonly Failure[];
  readonly close: () => Promise<void>;
}

/** Opens connections as the config has them, or as docker's and containers' auth files have where there is none. */
export function openAsking(host: Host, config: Config | undefined): Asking {
  const mask = createMask();
  const connections = openConnections(config ?? NO_CONFIG, { env: host.env, home: host.home, onSecret: mask.add });
  const silent = new Map<string, Failure>();
  return {
    connections,
    head: async ({ host: name, repository, tag, digest }) => {
      try {
        const source = await connections.source(name, repository);
        const head = await source.registry.headManifest(source.repository, digest ?? tag ?? "latest", host.stopping);
        return head === undefined ? "missing" : "there";
      } catch (thrown) {
        if (host.stopping.aborted) throw thrown;
        const failure = failureOf(thrown);
        if (failure.code === "registry/not-found") return "missing";
        if (!silent.has(name)) silent.set(name, maskFailure(failure, mask));
        return "unknown";
      }
    },
    silent: () => [...silent.values()],
    close: connections.close,
  };
}
