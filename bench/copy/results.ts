import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

export const resultsFile = fileURLToPath(new URL("../RESULTS.md", import.meta.url));

/** What was measured with, in lines for the reader. */
export function circumstances(options: {
  readonly peers: readonly string[];
  readonly floor: string;
  readonly scale: number;
}): readonly string[] {
  const processor = cpus()[0]?.model ?? "unknown processor";
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `Machine: ${availableParallelism()} cores (${processor}), ${memory} GB, Linux ${release()}, load ${loadavg()[0]?.toFixed(1)} at the start`,
    `mirror ${mirrorVersion()} on Node ${process.version}; ${options.peers.join(", ") || "no peer was found on PATH"}`,
    `Registries: ${registryVersion()}, storage on tmpfs where there is room`,
    `Floor: ${options.floor}`,
    `Sizes: × ${options.scale}`,
  ];
}

export async function writeResults(text: string): Promise<void> {
  await writeFile(resultsFile, text);
}

function mirrorVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" });
  const { version } = JSON.parse(text) as { version: string };
  return commit.status === 0 ? `${version} (${commit.stdout.trim()})` : version;
}

function registryVersion(): string {
  const { stdout } = spawnSync("docker-registry", ["--version"], { encoding: "utf8" });
  return `docker-registry ${/\d+\.\d+\.\d+\S*/.exec(stdout ?? "")?.[0] ?? "of unknown version"}`;
}
