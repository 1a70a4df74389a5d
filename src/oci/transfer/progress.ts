import type { CopyRequest } from "./request.ts";

/** Counts bytes and tells of them now and then. */
export interface Progress {
  readonly add: (bytes: number) => void;
}

/** Nobody sees more of it. */
const EVERY_MS = 100;

/** Tells at once that nothing is there, then how much, and in any case when all of it is. */
export function createProgress(
  totalBytes: number,
  onProgress: CopyRequest["onProgress"],
  now: () => number = () => performance.now(),
): Progress {
  let bytes = 0;
  let toldAt = now();
  onProgress?.({ bytes, totalBytes });
  return {
    add: (more) => {
      bytes += more;
      const at = now();
      if (bytes !== totalBytes && at - toldAt < EVERY_MS) return;
      toldAt = at;
      onProgress?.({ bytes, totalBytes });
    },
  };
}
