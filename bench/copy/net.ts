import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Where contenders and registries run. */
export interface Net {
  readonly serverAddress: string;
  /** What goes before a command that a contender runs, and before that of a registry. */
  readonly onClient: readonly string[];
  readonly onServer: readonly string[];
  readonly down: () => void;
}

export const loopback: Net = { serverAddress: "127.0.0.1", onClient: [], onServer: [], down: () => {} };

/** The round trip and the rate of the far network. */
export const far = { roundTripMs: 50, mbit: 400 } as const;

const [client, server] = ["mirror-bench-c", "mirror-bench-s"] as const;

/**
 * Two network namespaces with a delay between them. `tc netem` makes it where the kernel has it; else the command that
 * MIRROR_BENCH_NET names: `COMMAND up ONE_WAY_MS MBIT` makes the namespaces `perfc` (10.99.0.1, contenders) and
 * `perfs` (10.99.0.2, registries), `COMMAND down` takes them away. Gives the reason where neither can be had.
 */
export function farNet(): Net | string {
  const oneWay = String(far.roundTripMs / 2);
  const command = process.env.MIRROR_BENCH_NET;
  if (command !== undefined) {
    if (existsSync("/run/netns/perfc")) return "the network namespace perfc is there already: somebody else is at work";
    if (!succeeds(command, "up", oneWay, String(far.mbit))) return `${command} up failed`;
    return between("perfc", "perfs", () => void succeeds(command, "down"));
  }
  const down = (): void => {
    for (const name of [client, server]) succeeds("ip", "netns", "del", name);
  };
  const shape = ["root", "netem", "delay", `${oneWay}ms`, "rate", `${far.mbit}mbit`, "limit", "50000"];
  const steps: readonly string[][] = [
    ["ip", "netns", "add", client],
    ["ip", "netns", "add", server],
    ["ip", "link", "add", "bench-c", "netns", client, "type", "veth", "peer", "name", "bench-s", "netns", server],
    ...setUp(client, "bench-c", "10.99.0.1/24", shape),
    ...setUp(server, "bench-s", "10.99.0.2/24", shape),
  ];
  const failed = steps.find(([program = "", ...args]) => !succeeds(program, ...args));
  if (failed === undefined) return between(client, server, down);
  down();
  return `"${failed.join(" ")}" failed, and MIRROR_BENCH_NET names no command`;
}

function setUp(name: string, link: string, address: string, shape: readonly string[]): string[][] {
  return [
    ["ip", "-n", name, "link", "set", "lo", "up"],
    ["ip", "-n", name, "addr", "add", address, "dev", link],
    ["ip", "-n", name, "link", "set", link, "up"],
    ["tc", "-n", name, "qdisc", "add", "dev", link, ...shape],
  ];
}

function between(clientName: string, serverName: string, down: () => void): Net {
  const within = (name: string): string[] => ["ip", "netns", "exec", name];
  return { serverAddress: "10.99.0.2", onClient: within(clientName), onServer: within(serverName), down };
}

/** Output is thrown away: a pipe would be held open by what the command leaves running. */
const succeeds = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: "ignore" }).status === 0;
