import type { CopyRequest } from "./request.ts";

/** Counts bytes and tells of them now and then. */
export interface Progress {
  readonly add: (bytes: number) => void;
}

const STEPS = 200;

export function createProgress(totalBytes: number, onProgress: CopyRequest["onProgress"]): Progress {
  let bytes = 0;
  let told = 0;
  onProgress?.({ bytes, totalBytes });
  return {
    add: (more) => {
      bytes += more;
      if (Math.abs(bytes - told) * STEPS < totalBytes && bytes !== totalBytes) return;
      told = bytes;
      onProgress?.({ bytes, totalBytes });
    },
  };
}
