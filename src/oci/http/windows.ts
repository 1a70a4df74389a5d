import { Failed } from "../../failure/index.ts";
import { cancelled } from "./connection-failure.ts";
import { type HttpRequest, isStreamBody, type Method } from "./message.ts";
import { onAbort } from "./on-abort.ts";
import { isTimeout } from "./timeout.ts";

/**
 * How many requests of a kind a host is sent at once. It begins with few and grows while the host answers: to many
 * where an answer takes long to arrive, as then most of the time is spent waiting; a host that is known to be far
 * begins with half of those. A host that asks for mercy, or is lost, gets half as many. One that has answered nothing
 * for long is asked by one request a minute: what the others would wait for is known.
 */
export interface HostWindows {
  /**
   * Waits for a place and does the work there, which may ask at any time how many others wait behind it. Throws
   * `Failed`: `oci/cancelled` where the signal ends the waiting, `registry/unreachable` where the host is silent.
   */
  readonly within: <Answer extends { readonly status: number }>(
    request: HttpRequest,
    work: (behind: () => number) => Promise<Answer>,
  ) => Promise<Answer>;
  /** Told how long a connection to a host has taken, in milliseconds. */
  readonly connected: (host: string, tookMs: number) => void;
  /** How far a host is in milliseconds: the shortest time of an answer or a connection; undefined before the first. */
  readonly roundTripMs: (host: string) => number | undefined;
}

/** Few enough for a host that is weak, and for one that is near enough to be kept busy. */
const FIRST_SIZE = 8;
/** However far it is. */
const MOST_SIZE = 64;
/** For each millisecond that an answer, or a connection, takes at the least: to keep the host busy meanwhile. */
const SIZE_PER_MS = 1.6;
/** What several requests are told in one moment is told once. */
const EPOCH_MS = 100;
/** So long without an answer, and none is expected; and so long until that is looked at again. */
const SILENT_MS = 180_000;
const LOOK_AGAIN_MS = 60_000;
/** Bodies above this are counted by whoever sends them: small requests do not wait behind them. */
export const SMALL_BODY = 1024 * 1024;

interface Host {
  /** The shortest time that an answer or a connection has taken. */
  farMs: number;
  /** When the last answer came. */
  answeredAt: number;
  /** Since when requests have come to nothing, no earlier than the last answer, and when the last of them ended. */
  silence: { readonly since: number; readonly seen: number } | undefined;
  readonly kinds: Map<string, Kind>;
}

interface Kind {
  size: number;
  /**
   * Not yet, while nothing was answered: its size follows from how far the host is alone. Then by one with each answer
   * until the host has first asked for mercy, and from then on by one with each round.
   */
  growth: "not yet" | "fast" | "slow";
  taken: number;
  halvedAt: number;
  readonly waiting: Set<() => void>;
}

type Fate = "answered" | "overloaded" | "not sent";

export function createHostWindows(now: () => number = () => performance.now()): HostWindows {
  const hosts = new Map<string, Host>();
  return {
    within: async (request, work) => {
      if (isStreamBody(request.body) && request.body.size > SMALL_BODY) return work(() => 0);
      const host = entryOf(hosts, request.url.host, newHost);
      const kind = entryOf(host.kinds, kindOf(request), () => newKind(host.farMs));
      if (kind.taken < Math.floor(kind.size)) kind.taken += 1;
      else await turn(kind, request.signal);
      const begun = now();
      let fate: Fate = "not sent";
      try {
        refuseWhereSilent(host, request.url.host, begun);
        fate = "overloaded";
        const answer = await work(() => kind.waiting.size);
        host.silence = undefined;
        host.answeredAt = now();
        if (answer.status !== 429 && answer.status !== 503) fate = "answered";
        return answer;
      } catch (error) {
        if (isTimeout(error)) host.silence = { since: silentSince(host, begun), seen: now() };
        throw error;
      } finally {
        const end = now();
        if (fate === "answered") host.farMs = Math.min(host.farMs, end - begun);
        if (fate !== "not sent" && !request.signal.aborted) adapt(kind, fate, sizeFor(host.farMs), end);
        kind.taken -= 1;
        letIn(kind);
      }
    },
    connected: (name, tookMs) => {
      const host = entryOf(hosts, name, newHost);
      host.farMs = Math.min(host.farMs, tookMs);
      for (const kind of host.kinds.values()) {
        if (kind.growth !== "not yet") continue;
        kind.size = firstSizeFor(host.farMs);
        letIn(kind);
      }
    },
    roundTripMs: (name) => {
      const farMs = hosts.get(name)?.farMs;
      return farMs === Number.POSITIVE_INFINITY ? undefined : farMs;
    },
  };
}

const newHost = (): Host => ({
  farMs: Number.POSITIVE_INFINITY,
  answeredAt: Number.NEGATIVE_INFINITY,
  silence: undefined,
  kinds: new Map(),
});

const newKind = (farMs: number): Kind => ({
  size: firstSizeFor(farMs),
  growth: "not yet",
  taken: 0,
  halvedAt: Number.NEGATIVE_INFINITY,
  waiting: new Set(),
});

function refuseWhereSilent({ silence }: Host, name: string, now: number): void {
  if (silence === undefined || silence.seen - silence.since < SILENT_MS || now - silence.seen >= LOOK_AGAIN_MS) return;
  throw new Failed({
    code: "registry/unreachable",
    class: "transient",
    message: `${name} has answered nothing for ${Math.round((now - silence.since) / 60_000)} minutes`,
    hint: "Look at the registry and at what stands before it; what has arrived is not sent twice",
  });
}

/** Where nothing was asked for long, nothing is known of that time. */
const silentSince = ({ silence, answeredAt }: Host, begun: number): number =>
  silence === undefined || begun - silence.seen > SILENT_MS ? Math.max(begun, answeredAt) : silence.since;

/** How many requests a host is sent at first that is so far; unknown where it is infinitely far. */
export const firstSizeFor = (farMs: number): number =>
  farMs === Number.POSITIVE_INFINITY ? FIRST_SIZE : Math.max(FIRST_SIZE, Math.floor(sizeFor(farMs) / 2));

const sizeFor = (farMs: number): number => Math.min(MOST_SIZE, Math.max(FIRST_SIZE, farMs * SIZE_PER_MS));

/** Registries limit manifests and blobs, reads and writes apart. */
function kindOf({ method, url }: HttpRequest): string {
  return `${READS.has(method) ? "read" : "write"} ${url.pathname.includes("/manifests/") ? "manifest" : "other"}`;
}

const READS: ReadonlySet<Method> = new Set(["GET", "HEAD"]);

function adapt(kind: Kind, fate: Exclude<Fate, "not sent">, most: number, now: number): void {
  if (fate === "overloaded") {
    if (now - kind.halvedAt < EPOCH_MS) return;
    kind.halvedAt = now;
    kind.growth = "slow";
    kind.size = Math.max(1, kind.size / 2);
    return;
  }
  if (kind.growth === "not yet") kind.growth = "fast";
  // One that is not used to the full has shown nothing.
  if (kind.taken < Math.floor(kind.size)) return;
  kind.size = Math.min(most, kind.size + (kind.growth === "fast" ? 1 : 1 / kind.size));
}

function letIn(kind: Kind): void {
  for (const next of kind.waiting) {
    if (kind.taken >= Math.floor(kind.size)) return;
    kind.waiting.delete(next);
    kind.taken += 1;
    next();
  }
}

function turn(kind: Kind, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    const given = (): void => {
      heedless();
      resolve();
    };
    const heedless = onAbort(signal, () => {
      kind.waiting.delete(given);
      reject(cancelled());
    });
    kind.waiting.add(given);
  });
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
