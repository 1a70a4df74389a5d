import type { ImageSource } from "../content.ts";
import { createPlaces } from "./places.ts";
import type { CopyRequest } from "./request.ts";

/** Images that are on their way to a registry at once: more of them take memory, and bring nothing any sooner. */
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
const WORK_MS = 18;

export function createImagePlaces(): ImagePlaces {
  const sides = new Map<string, Set<ImageSource>>();
  const places = createPlaces((registry) => imagesAtOnce(sides.get(registry) ?? []));
  return {
    within: ({ from, to }, signal, work) => {
      const { registry } = to;
      const known = sides.get(registry.name) ?? new Set([registry]);
      sides.set(registry.name, known.add(from.source));
      return places.within(registry.name, signal, work);
    },
  };
}

/** As many as it takes to be at work while each of them waits for the farther of its two ends. */
function imagesAtOnce(sides: Iterable<ImageSource>): number {
  const farthestMs = Math.max(0, ...Array.from(sides, (side) => side.roundTripMs?.() ?? 0));
  return Math.min(MOST, Math.max(LEAST, Math.ceil((ROUND_TRIPS * farthestMs) / WORK_MS)));
}
