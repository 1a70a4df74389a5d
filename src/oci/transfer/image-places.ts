import type { ImageSource } from "../content.ts";
import { createPlaces } from "./places.ts";
import type { CopyRequest } from "./request.ts";

/**
 * Images that are on their way from a source to a registry at once: more of them take memory, and bring nothing any
 * sooner. A source that lets its images wait holds up no other's.
 */
export interface ImagePlaces {
  /** Waits for a place and gives it back afterwards. Throws `Failed` (`oci/cancelled`). */
  readonly within: <Result>(
    request: Pick<CopyRequest, "from" | "to">,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ) => Promise<Result>;
}

const LEAST = 12;
const MOST = 64;
/** What a small image waits for one after the other, and the work that it is for this process. */
const ROUND_TRIPS = 6;
const WORK_MS = 12;

export function createImagePlaces(): ImagePlaces {
  const endsOf = new Map<string, readonly ImageSource[]>();
  const places = createPlaces((way) => imagesAtOnce(endsOf.get(way) ?? []));
  return {
    within: ({ from, to }, signal, work) => {
      const way = `${from.source.name} ${to.registry.name}`;
      endsOf.set(way, [from.source, to.registry]);
      return places.within(way, signal, work);
    },
  };
}

/** As many as it takes to be at work while each of them waits for the farther of its two ends. */
function imagesAtOnce(ends: readonly ImageSource[]): number {
  const farthestMs = Math.max(0, ...ends.map((end) => end.roundTripMs?.() ?? 0));
  return Math.min(MOST, Math.max(LEAST, Math.ceil((ROUND_TRIPS * farthestMs) / WORK_MS)));
}
