import type { Config } from "../config/index.ts";
import type { Connections } from "../registries/index.ts";
import { type Locking, type Pin, type Pins, resolvePins, type Sources, standingOf } from "../release/index.ts";
import type { Upstream } from "./status.ts";
import type { Parts } from "./trimmed.ts";

/** What a release says of its images: their pins, and how upstream stands to them now. */
export interface Wanted {
  readonly pins: Pins;
  /** Asked for while the targets are: an answer may come later than theirs. */
  readonly upstream: ReadonlyMap<string, Promise<Upstream>>;
  /** The platforms of an image and their digests, where the lock knows them. */
  readonly parts: ReadonlyMap<string, Parts>;
}

export interface Outside {
  readonly connections: Connections;
  readonly signal: AbortSignal;
}

/** What a release is taken from. */
export interface Held extends Outside {
  readonly locking: Locking;
  /** Where rules read versions in sources. */
  readonly sources: Sources;
}

/**
 * The pins of some images, as a run would take them: those of the lock where it has them by the same rule, and those
 * that the registries give now for the others. Of a locked tag upstream is asked where it stands now: one HEAD for each
 * image either way.
 */
export async function wantedOf(
  config: Config,
  names: readonly string[],
  { upstream = "ask", ...held }: Held & { readonly upstream?: "ask" | "leave" },
): Promise<Wanted> {
  const images = names.filter((name) => config.images.get(name)?.origin.kind === "upstream");
  const pins = await resolvePins(config, images, { ...held, emit: () => {} });
  const pinned = [...pins.values()].flatMap((resolution) => (resolution.kind === "pinned" ? [resolution.pin] : []));
  return {
    pins,
    upstream: new Map((upstream === "ask" ? pinned : []).map((pin) => [pin.image, upstreamOf(pin, config, held)])),
    parts: new Map(pinned.map((pin) => [pin.image, partsOf(pin)])),
  };
}

/** What was resolved this moment stands there. */
const SAME: Promise<Upstream> = Promise.resolve({ kind: "same" });

function upstreamOf({ image, locked }: Pin, config: Config, outside: Outside): Promise<Upstream> {
  if (locked === undefined) return SAME;
  const answer = standingOf(image, locked, config, outside).then(
    (standing): Upstream => (standing.kind === "unknown" ? { kind: "unknown" } : standing),
  );
  // Whoever awaits it is told; until then an interrupt is nobody's failure.
  answer.catch(() => {});
  return answer;
}

const partsOf = ({ locked }: Pin): Parts =>
  new Map([...(locked?.platforms ?? [])].map(([platform, { digest }]) => [platform, digest as string]));
