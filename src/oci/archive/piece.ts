import type { Digest } from "../digest.ts";
import type { Catalogue } from "../layout/catalogue.ts";
import type { BlobReads } from "../layout/reading.ts";

/** One file or folder of an archive, opened. */
export interface Piece {
  readonly file: string;
  readonly catalogue: Catalogue;
  /** The sizes of the blobs that it has. */
  readonly blobs: ReadonlyMap<Digest, number>;
  readonly reads: BlobReads;
  close(): Promise<void>;
}
