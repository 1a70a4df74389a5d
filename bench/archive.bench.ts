/**
 * A set of images saved to disk and loaded from there, beside the tools a user would pick instead. Options:
 * `--scale 0.1` for a smaller set, `--rounds N`.
 */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onPath } from "../test/rig/docker-registry.ts";
import { uniqueBlobs } from "../test/rig/images.ts";
import { clear, findWays, type Way } from "./archive/ways.ts";
import { median } from "./copy/median.ts";
import { loopback } from "./copy/net.ts";
import { makePlace, type Place } from "./copy/place.ts";
import { type Run, runMeasured } from "./copy/program.ts";
import { freePort, type Server, startServer } from "./copy/server.ts";
import { missingIn } from "./copy/storage.ts";
import { mirror, mirrorIsBuilt } from "./mirror.ts";

interface Turn extends Run {
  readonly registryCpuMs: number;
  /** On disk after saving; taken in by the registry when loading. */
  readonly bytes: number;
}

interface Entry {
  readonly way: Way;
  readonly folder: string;
  readonly save: Turn[];
  readonly load: Turn[];
  failure: string | undefined;
}

interface Goal {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { rounds: { type: "string" }, scale: { type: "string", default: "1" } } });
  if (!mirrorIsBuilt) return refuse(`${mirror} is missing: "npm run build" makes it`);
  if ((await onPath("docker-registry")) === undefined) return refuse("docker-registry is not installed");
  const scale = Number(values.scale);
  const folder = await mkdtemp(join(await roomyFolder(14e9 * scale), "mirror-bench-archive-"));
  try {
    const place = await makePlace(join(folder, "stacks"), "stacks", scale);
    const entries: Entry[] = [];
    for (const way of findWays()) {
      const own = join(folder, `way-${entries.length}`);
      await mkdir(own);
      entries.push({ way, folder: own, save: [], load: [], failure: undefined });
    }
    const scratch = join(folder, "scratch");
    const source = await startServer({
      storage: place.source,
      scratch: join(scratch, "source"),
      certificate: undefined,
      net: loopback,
    });
    try {
      const rounds = Number(values.rounds ?? 3);
      const targetPort = await freePort();
      for (let round = 0; round < rounds; round++) {
        for (const entry of round % 2 === 0 ? entries : [...entries].reverse()) {
          if (entry.failure === undefined) await oneRound(entry, { source, targetPort }, place, scratch);
        }
      }
    } finally {
      await source.stop();
    }
    return tell(entries, place, scale);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ends {
  readonly source: Server;
  /** One for all rounds, as a config names it. */
  readonly targetPort: number;
}

/** Saves, then loads into an empty registry what was saved. */
async function oneRound(entry: Entry, { source, targetPort }: Ends, place: Place, scratch: string): Promise<void> {
  const { way, folder } = entry;
  const target = `${loopback.serverAddress}:${targetPort}`;
  const task = { source: source.host, target, images: place.set.images, folder };
  try {
    await clear(folder, way);
    const command = await way.save({ ...task, registry: source.host });
    const before = await source.cpuMs();
    const saved = await runMeasured(command, { cwd: folder, env: envOf(folder) });
    const bytes = Number(
      spawnSync("du", ["-sb", join(folder, way.output)], { encoding: "utf8" }).stdout.split("\t")[0],
    );
    entry.save.push({ ...saved, registryCpuMs: (await source.cpuMs()) - before, bytes });
    if (way.load !== undefined) {
      const loading = await way.load({ ...task, registry: target });
      entry.load.push(await loadOnce(folder, loading, targetPort, place, scratch));
    }
  } catch (error) {
    entry.failure = String(error);
  }
}

async function loadOnce(
  folder: string,
  command: readonly string[],
  port: number,
  place: Place,
  scratch: string,
): Promise<Turn> {
  const storage = await place.makeTarget("nothing");
  const target = await startServer({
    storage,
    scratch: join(scratch, "target"),
    certificate: undefined,
    net: loopback,
    port,
  });
  try {
    const { images } = place.set;
    const run = await runMeasured(command, { cwd: folder, env: envOf(folder) });
    const { taken } = await target.traffic();
    const missing = await missingIn(storage, images);
    if (missing.length > 0) throw new Error(`${missing.length} images did not arrive, as ${missing[0]}`);
    const sizes = new Map(uniqueBlobs(images.map(({ image }) => image)).map(({ digest, size }) => [digest, size]));
    const bytes = taken.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0);
    return { ...run, registryCpuMs: await target.cpuMs(), bytes };
  } finally {
    await target.stop();
  }
}

function tell(entries: readonly Entry[], { set }: Place, scale: number): number {
  const unique = uniqueBlobs(set.images.map(({ image }) => image)).reduce((sum, { size }) => sum + size, 0);
  console.log(
    `Node ${process.version}, sizes × ${scale}, ${(unique / 1e6).toFixed(0)} MB of unique blobs, load ${loadavg()[0]?.toFixed(1)}.`,
  );
  const goals: Goal[] = [];
  for (const [kind, limit] of [
    ["save", 0.8],
    ["load", 0.6],
  ] as const) {
    const measured = entries.filter((entry) => entry[kind].length > 0);
    const [first] = measured;
    const peers = measured.filter(({ way }) => way.kind === "peer");
    const best = Math.min(...peers.map((entry) => middle(entry[kind], ({ wallMs }) => wallMs)));
    const leastCpu = Math.min(...peers.map((entry) => middle(entry[kind], ({ cpuMs }) => cpuMs)));
    console.log(`\n## ${kind}\n`);
    console.log(
      "| | wall s | ÷ best peer | CPU s | + registry | peak MB | bytes ÷ unique |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    );
    for (const { way, [kind]: turns } of measured) {
      const wall = middle(turns, ({ wallMs }) => wallMs);
      const cells = [
        (wall / 1000).toFixed(2),
        (wall / best).toFixed(2),
        (middle(turns, ({ cpuMs }) => cpuMs) / 1000).toFixed(2),
        (middle(turns, ({ registryCpuMs }) => registryCpuMs) / 1000).toFixed(2),
        middle(turns, ({ peakMb }) => peakMb).toFixed(0),
        (middle(turns, ({ bytes }) => bytes) / unique).toFixed(4),
      ];
      console.log(`| ${way.name} | ${cells.join(" | ")} |`);
    }
    if (first === undefined) continue;
    goals.push({ what: `${kind}: wall ÷ best peer`, value: middle(first[kind], ({ wallMs }) => wallMs) / best, limit });
    goals.push({
      what: `${kind}: bytes ÷ unique`,
      value: middle(first[kind], ({ bytes }) => bytes) / unique,
      limit: 1.01,
    });
    console.log(`\nCPU ÷ least of a peer: ${(middle(first[kind], ({ cpuMs }) => cpuMs) / leastCpu).toFixed(2)}`);
  }
  console.log("\n## Goals\n");
  for (const { what, value, limit } of goals) {
    console.log(`- ${what}: ${value.toFixed(4)}, goal ≤ ${limit}: ${value <= limit ? "met" : "MISSED"}`);
  }
  const failed = entries.filter(({ failure }) => failure !== undefined);
  for (const { way, failure } of failed) console.log(`- ${way.name}: ${failure}`);
  const mirrorFailed = failed.some(({ way }) => way.kind === "mirror");
  return !mirrorFailed && goals.every(({ value, limit }) => value <= limit) ? 0 : 1;
}

function middle(turns: readonly Turn[], of: (turn: Turn) => number | undefined): number {
  return median(turns.flatMap((turn) => of(turn) ?? [])) ?? Number.NaN;
}

/** A home of its own: no auth file of the machine is seen. */
function envOf(folder: string): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: folder, XDG_RUNTIME_DIR: folder, TMPDIR: folder };
}

/** Memory rather than a disk, where there is room. */
async function roomyFolder(bytes: number): Promise<string> {
  const { bavail, bsize } = await statfs("/dev/shm").catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize > bytes ? "/dev/shm" : tmpdir();
}

function refuse(why: string): number {
  console.error(why);
  return 2;
}
