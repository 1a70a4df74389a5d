import type { Digest } from "../digest.ts";
import type { Checkpoint } from "./verified.ts";

/**
 * From where blobs may be read on whose reading was given up, as when the registry that they were sent to broke off:
 * what was hashed already need not be fetched again.
 */
export interface Checkpoints {
  readonly keep: (digest: Digest, checkpoints: readonly Checkpoint[]) => void;
  /** The last that lies before an offset, for whoever goes on from it now. */
  readonly takeBefore: (digest: Digest, offset: number) => Checkpoint | undefined;
}

export function createCheckpoints(): Checkpoints {
  const kept = new Map<Digest, readonly Checkpoint[]>();
  return {
    keep: (digest, checkpoints) => {
      if (checkpoints.length > 0) kept.set(digest, checkpoints);
      else kept.delete(digest);
    },
    takeBefore: (digest, offset) => {
      const checkpoint = kept.get(digest)?.findLast((one) => one.offset <= offset);
      return checkpoint === undefined ? undefined : { offset: checkpoint.offset, hash: checkpoint.hash.copy() };
    },
  };
}
