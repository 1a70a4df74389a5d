import type { Digest } from "../digest.ts";
import type { Checkpoint } from "./verified.ts";

/**
 * From where blobs may be read on, as when the registry that they were sent to broke off: what was hashed already need
 * not be fetched again.
 */
export interface Checkpoints {
  readonly keep: (digest: Digest, checkpoints: readonly Checkpoint[]) => void;
  /** The last that lies before an offset, for whoever goes on from it now. */
  readonly takeBefore: (digest: Digest, offset: number) => Checkpoint | undefined;
}

/** A blob that was read to its end is remembered too: its upload may still break. */
const MOST_BLOBS = 64;

export function createCheckpoints(): Checkpoints {
  const kept = new Map<Digest, readonly Checkpoint[]>();
  return {
    keep: (digest, checkpoints) => {
      kept.delete(digest);
      if (checkpoints.length === 0) return;
      kept.set(digest, checkpoints);
      const [oldest] = kept.keys();
      if (kept.size > MOST_BLOBS && oldest !== undefined) kept.delete(oldest);
    },
    takeBefore: (digest, offset) => {
      const checkpoint = kept.get(digest)?.findLast((one) => one.offset <= offset);
      return checkpoint === undefined ? undefined : { offset: checkpoint.offset, hash: checkpoint.hash.copy() };
    },
  };
}
