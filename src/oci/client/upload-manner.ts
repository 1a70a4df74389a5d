import type { Digest } from "../digest.ts";

const MEBIBYTE = 1024 * 1024;
/** What passes through the proxies that are known to have a limit. */
const LARGEST_CHUNK = 64 * MEBIBYTE;
const SMALLEST_CHUNK = 16 * 1024;
/** After a break blobs go in chunks of this length, as a proxy that ends long requests lets short ones pass. */
const CHUNK_AFTER_BREAK = 16 * MEBIBYTE;

/**
 * How a registry takes blobs, as far as it has shown: whole bodies until it refuses one, as some registries damage
 * what comes in several.
 */
export interface UploadManner {
  /** The length of chunks for a blob; undefined to send it whole. */
  readonly chunkFor: (blob: { readonly digest: Digest; readonly size: number }) => number | undefined;
  /**
   * A body was refused that was all of a blob's rest (`chunk` undefined) or a chunk. False where nothing else is left
   * to try; true also where another blob has found out meanwhile.
   */
  readonly refused: (
    blob: { readonly digest: Digest; readonly size: number },
    chunk: number | undefined,
    why: "too large" | "not in one",
  ) => boolean;
  /** An upload broke off, and could not go on. */
  readonly broke: (digest: Digest) => void;
  /** What came in several bodies was not what was sent. */
  readonly damaged: () => void;
  /** Whether an upload may be put together from several bodies. */
  readonly mayContinue: () => boolean;
}

export function createUploadManner(): UploadManner {
  let chunk: number | undefined;
  let parts: "fine" | "damaged" = "fine";
  let whole: "taken" | "refused" = "taken";
  const broken = new Set<Digest>();
  const chunkFor: UploadManner["chunkFor"] = ({ digest, size }) => {
    const after = broken.has(digest) && parts === "fine" && size > CHUNK_AFTER_BREAK ? CHUNK_AFTER_BREAK : undefined;
    const least = chunk === undefined ? after : Math.min(chunk, after ?? chunk);
    return least === undefined || (size <= least && whole === "taken") ? undefined : least;
  };
  return {
    chunkFor,
    refused: (blob, sent, why) => {
      if ((chunkFor(blob) ?? blob.size) < (sent ?? blob.size) || (sent === undefined && whole === "refused"))
        return true;
      if (why === "not in one") {
        if (sent !== undefined) return false;
        whole = "refused";
        chunk ??= LARGEST_CHUNK;
        return true;
      }
      const smaller = Math.min(LARGEST_CHUNK, Math.ceil((sent ?? blob.size) / 4));
      if (smaller < SMALLEST_CHUNK) return false;
      chunk = smaller;
      return true;
    },
    broke: (digest) => {
      broken.add(digest);
    },
    damaged: () => {
      parts = "damaged";
    },
    mayContinue: () => parts === "fine",
  };
}
