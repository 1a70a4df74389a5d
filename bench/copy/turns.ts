import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type NamedImage, uniqueBlobs } from "../../test/rig/images.ts";
import { bareNode } from "./bare.ts";
import type { Certificate } from "./certificate.ts";
import type { Floor } from "./floor.ts";
import { mirrorContender } from "./mirror-way.ts";
import type { Net } from "./net.ts";
import type { Peer } from "./peers.ts";
import type { Place } from "./place.ts";
import { type Run, runMeasured } from "./program.ts";
import type { WorkRow } from "./rows.ts";
import { freePort, type Server, startServer, type Traffic } from "./server.ts";
import { missingIn } from "./storage.ts";
import type { Contender, Task } from "./task.ts";

/** One contender's turns at one kind of work. */
export interface Measured {
  readonly name: string;
  /** `limit`: shown beside the others and compared with nothing. */
  readonly kind: "mirror" | "peer" | "floor" | "limit";
  readonly bytes: Contender["bytes"];
  readonly turns: readonly Turn[];
  /** Why it did not do the work, where it did not. */
  readonly failure: string | undefined;
}

export interface Turn extends Run {
  /** What it cost both registries. */
  readonly registriesCpuMs: number;
  readonly atSource: number;
  readonly atTarget: number;
  /** Bytes of blobs and manifests from the source, and of blobs that the target took in. */
  readonly downBytes: number;
  readonly upBytes: number;
}

export interface TurnsOptions {
  readonly row: WorkRow;
  readonly place: Place;
  readonly net: Net;
  readonly certificate: Certificate | undefined;
  readonly peers: readonly Peer[];
  readonly floor: Floor;
  readonly rounds: number;
  /** A folder for what registries and contenders write beside images. */
  readonly scratch: string;
}

interface Entry {
  readonly contender: Contender;
  readonly kind: Measured["kind"];
  readonly leaves: "images" | "blobs";
  readonly turns: Turn[];
  failure: string | undefined;
}

/**
 * Lets all contenders do the work once a round, in turns whose order turns around. Before the first round that counts,
 * short work is done once; long work is not: its registries start anew each turn, as all others' do.
 */
export async function takeTurns(options: TurnsOptions): Promise<readonly Measured[]> {
  const { row, place, net, certificate, rounds, scratch } = options;
  const entries = entriesFor(options);
  const source = await startServer({ storage: place.source, scratch: join(scratch, "source"), certificate, net });
  // One for all turns: a target that moved would have mirror's config change each time, which its users' does not.
  const targetPort = await freePort();
  try {
    for (let round = row.length === "short" ? 0 : 1; round <= rounds; round++) {
      for (const entry of round % 2 === 0 ? entries : [...entries].reverse()) {
        if (entry.failure !== undefined) continue;
        const turn = await oneTurn(entry, { source, targetPort }, options).catch((error: unknown) => String(error));
        if (typeof turn === "string") entry.failure = turn;
        else if (round > 0) entry.turns.push(turn);
      }
    }
  } finally {
    await source.stop();
  }
  return entries.map(({ contender: { name, bytes }, kind, turns, failure }) => ({ name, kind, bytes, turns, failure }));
}

function entriesFor({ row, place, peers, floor }: TurnsOptions): Entry[] {
  const entry = (kind: Entry["kind"], contender: Contender, leaves: Entry["leaves"] = "images"): Entry => ({
    contender,
    kind,
    leaves,
    turns: [],
    failure: undefined,
  });
  const work = { images: place.set.images.length, distance: distanceOf(row) } as const;
  const present = row.state === "changed" ? place.set.images : [];
  const hasFloor = row.state !== "no-op" && row.way !== "tls";
  const limits = hasFloor && row.state === "cold" ? limitsOf(row, floor, entry) : [];
  return [
    entry("mirror", mirrorContender),
    ...peers.map((peer) => entry("peer", peer.way(work))),
    ...(hasFloor ? [entry("floor", floor.contender(present), "blobs")] : []),
    ...limits,
  ];
}

const distanceOf = ({ way }: WorkRow): Task["distance"] => (way === "far" ? "far" : "near");

/** What nobody can do without: the requests that whole images take, and one thread of Node that moves and hashes. */
function limitsOf(
  { set }: WorkRow,
  { withManifests }: Floor,
  entry: (kind: "limit", contender: Contender, leaves: Entry["leaves"]) => Entry,
): Entry[] {
  if (set === "large") return [entry("limit", bareNode, "blobs")];
  if (set !== "small" && set !== "many") return [];
  const bare = entry("limit", bareNode, "images");
  return withManifests === undefined ? [bare] : [entry("limit", withManifests, "images"), bare];
}

async function oneTurn(
  entry: Entry,
  { source, targetPort }: { readonly source: Server; readonly targetPort: number },
  options: TurnsOptions,
): Promise<Turn> {
  const { row, place, net, certificate, scratch } = options;
  const images = row.state === "changed" ? place.set.later : place.set.images;
  const name = entry.contender.name.replaceAll(" ", "-");
  const folder = join(scratch, name);
  const caches = join(scratch, "caches", name);
  await mkdir(caches, { recursive: true });
  // A second run of the same work finds what the first has left beside its config, as it does for users.
  if (row.state !== "no-op") await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const storage = await place.makeTarget(row.state === "cold" ? "nothing" : "images");
  const target = await startServer({ storage, scratch: join(scratch, "target"), certificate, net, port: targetPort });
  try {
    const task: Task = {
      source: source.host,
      target: target.host,
      scheme: certificate === undefined ? "http" : "https",
      images,
      before: row.state === "changed" ? place.set.images : undefined,
      ca: certificate?.file,
      folder,
      distance: distanceOf(row),
      processes: row.processes,
    };
    const command = await entry.contender.prepare(task);
    await Promise.all([source.traffic(), target.traffic()]);
    const before = await cpuOf(source, target);
    const run = await runMeasured([...net.onClient, ...command], { cwd: folder, env: envOf(task, caches) });
    const [from, to] = await Promise.all([source.traffic(), target.traffic()]);
    const registriesCpuMs = (await cpuOf(source, target)) - before;
    if (entry.leaves === "images") await expectAll(storage, images);
    return { ...run, registriesCpuMs, ...wireOf(from, to, images) };
  } finally {
    await target.stop();
  }
}

/**
 * A home of its own: no auth file of the machine is seen. Programs in Go find the authority by SSL_CERT_FILE. The cache
 * folder stays from turn to turn, as it does for users: mirror's compiled code is there.
 */
function envOf({ folder, ca }: Task, caches: string): Record<string, string> {
  const own = { PATH: process.env.PATH ?? "", HOME: folder, XDG_RUNTIME_DIR: folder, XDG_CACHE_HOME: caches };
  return ca === undefined ? own : { ...own, SSL_CERT_FILE: ca };
}

async function expectAll(storage: string, images: readonly NamedImage[]): Promise<void> {
  const missing = await missingIn(storage, images);
  if (missing.length > 0) throw new Error(`${missing.length} images did not arrive, as ${missing[0]}`);
}

async function cpuOf(...servers: readonly Server[]): Promise<number> {
  const times = await Promise.all(servers.map((server) => server.cpuMs()));
  return times.reduce((sum, time) => sum + time, 0);
}

function wireOf(from: Traffic, to: Traffic, images: readonly NamedImage[]): Omit<Turn, keyof Run | "registriesCpuMs"> {
  const sizes = new Map(uniqueBlobs(images.map(({ image }) => image)).map(({ digest, size }) => [digest, size]));
  return {
    atSource: from.requests,
    atTarget: to.requests,
    downBytes: from.down,
    upBytes: to.taken.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0),
  };
}
