/**
 * Copies between registries, beside the tools a user would pick instead. Options: `--scale 0.1` for smaller sets,
 * `--only NAME` (again and again) for some of the work, `--rounds N`, `--write` to put the tables into RESULTS.md.
 */
import { rmSync } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { onPath } from "../test/rig/docker-registry.ts";
import { type Certificate, makeCertificate } from "./copy/certificate.ts";
import { type Floor, makeFloor } from "./copy/floor.ts";
import { farNet, loopback, type Net } from "./copy/net.ts";
import { findPeers, type Peer } from "./copy/peers.ts";
import { makePlace, type Place } from "./copy/place.ts";
import { circumstances, writeResults } from "./copy/results.ts";
import { type WorkRow, workRows } from "./copy/rows.ts";
import { type SetName, setTitles } from "./copy/sets.ts";
import { isMet, tableOf, type Verdict, verdictLine, verdictsOf } from "./copy/table.ts";
import { takeTurns } from "./copy/turns.ts";
import { mirror, mirrorIsBuilt } from "./mirror.ts";

/** What registries hold at most of one set at once: the images at the source and at the target, and layers to push. */
const roomNeeded = 7e9;

interface Bench {
  readonly folder: string;
  readonly scale: number;
  readonly rounds: number | undefined;
  readonly peers: readonly Peer[];
  readonly floor: Floor;
  readonly certificate: Certificate | undefined;
  /** A far network, or why there is none. */
  readonly farNet: Net | string;
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    scale: { type: "string", default: "1" },
    only: { type: "string", multiple: true, default: [] },
    write: { type: "boolean", default: false },
  },
});
const printed: string[] = [];
let somethingFailed = false;
process.exitCode = await main();

async function main(): Promise<number> {
  if (!mirrorIsBuilt) return refuse(`${mirror} is missing: "npm run build" makes it`);
  if ((await onPath("docker-registry")) === undefined) return refuse("docker-registry is not installed");
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1)) return refuse(`--scale ${values.scale}: give a number above 0, up to 1`);
  const chosen = workRows.filter(
    ({ name }) => values.only.length === 0 || values.only.some((part) => name.startsWith(part)),
  );
  if (chosen.length === 0) return refuse(`--only: there are ${workRows.map(({ name }) => name).join(", ")}`);

  const folder = await mkdtemp(join(await roomyFolder(roomNeeded * scale), "mirror-bench-copy-"));
  removeWhenInterrupted(folder);
  const needsFar = chosen.some(({ way }) => way === "far");
  const network = needsFar ? farNet() : "not asked for";
  try {
    const verdicts = await measureAll(chosen, {
      folder,
      scale,
      rounds: values.rounds === undefined ? undefined : Number(values.rounds),
      peers: await findPeers(),
      floor: makeFloor(folder),
      certificate: makeCertificate(folder, ["127.0.0.1", "10.99.0.2"]),
      farNet: network,
    });
    print("\n## Goals\n");
    for (const verdict of verdicts) print(`- ${verdictLine(verdict)}`);
    if (values.write) await writeResults(`# Copying: results\n\n${printed.join("\n")}\n`);
    return verdicts.every(isMet) && !somethingFailed ? 0 : 1;
  } finally {
    if (typeof network !== "string") network.down();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(chosen: readonly WorkRow[], bench: Bench): Promise<readonly Verdict[]> {
  const { scale, peers, floor } = bench;
  for (const line of circumstances({ peers: peers.map(({ version }) => version), floor: floor.how, scale })) {
    print(`- ${line}`);
  }
  const verdicts: Verdict[] = [];
  let place: { readonly name: SetName; readonly made: Place } | undefined;
  for (const row of chosen) {
    const without = reasonAgainst(row, bench);
    if (without !== undefined) {
      print(`\n## ${row.title}\n\nleft out: ${without}`);
      continue;
    }
    if (place?.name !== row.set) {
      await place?.made.remove();
      place = { name: row.set, made: await makePlace(join(bench.folder, row.set), row.set, scale) };
    }
    verdicts.push(...(await measureRow(row, place.made, bench).catch((error: unknown) => failed(row, String(error)))));
  }
  return verdicts;
}

async function measureRow(row: WorkRow, place: Place, bench: Bench): Promise<readonly Verdict[]> {
  const rounds = bench.rounds ?? { short: 7, long: 3, "very long": 1 }[row.length];
  const scratch = join(bench.folder, "scratch");
  const { peers, floor } = bench;
  const net = row.way === "far" && typeof bench.farNet !== "string" ? bench.farNet : loopback;
  const certificate = row.way === "tls" ? bench.certificate : undefined;
  const measured = await takeTurns({ row, place, net, certificate, peers, floor, rounds, scratch });
  await rm(scratch, { recursive: true, force: true });
  print(`\n## ${row.title}\n`);
  print(
    `\`${row.name}\`: ${setTitles[row.set]}. Rounds: ${rounds}; tools of one image each: ${row.processes} at once; load ${loadavg()[0]?.toFixed(1)}.\n`,
  );
  print(`${tableOf(measured)}\n`);
  for (const { name, kind, failure } of measured) {
    if (failure === undefined) continue;
    print(`- ${name}: ${failure}`);
    if (kind === "mirror") somethingFailed = true;
  }
  const verdicts = verdictsOf(row, measured);
  for (const verdict of verdicts) print(`- ${verdictLine(verdict)}`);
  return verdicts;
}

/** What kept a kind of work from being measured at all. The rest is measured nevertheless. */
function failed({ title }: WorkRow, why: string): readonly Verdict[] {
  print(`\n## ${title}\n\nfailed: ${why}`);
  somethingFailed = true;
  return [];
}

function reasonAgainst({ way }: WorkRow, { certificate, farNet }: Bench): string | undefined {
  if (way === "tls" && certificate === undefined) return "openssl, which makes the certificate, is not installed";
  return way === "far" && typeof farNet === "string" ? farNet : undefined;
}

/** Memory rather than a disk, where there is room. */
async function roomyFolder(bytes: number): Promise<string> {
  const { bavail, bsize } = await statfs("/dev/shm").catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize > bytes ? "/dev/shm" : tmpdir();
}

/** Ends this process in the way that has its registries killed. */
function removeWhenInterrupted(folder: string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

function print(line: string): void {
  printed.push(line);
  console.log(line);
}

function refuse(why: string): number {
  console.error(why);
  return 2;
}
