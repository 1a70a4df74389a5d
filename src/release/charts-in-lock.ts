import type { Finding } from "../charts/find/index.ts";
import type { ChartImages } from "./chart-images.ts";
import type { Lock } from "./lock/index.ts";

/** The charts of a lock as they were rendered when it was made: nothing is fetched and nothing rendered. */
export function chartsInLock(lock: Lock): ChartImages {
  return new Map(
    [...lock.charts].map(([name, { from, version, commit, images }]) => [
      name,
      {
        kind: "rendered",
        from,
        version,
        commit,
        ref: from.kind === "source" ? lock.sources.get(from.source)?.ref : undefined,
        content: undefined,
        images: images.map(({ reference }) => asFinding(reference)),
        ignored: 0,
      },
    ]),
  );
}

const asFinding = (reference: string): Finding => ({
  reference,
  certainty: "sure",
  source: "unasked",
  flags: [],
  added: undefined,
  places: [],
});
