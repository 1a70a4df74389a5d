import type { Readable } from "node:stream";
import type { Digest } from "./digest.ts";
import type { Descriptor, Manifest } from "./manifest.ts";

/** Where images are read from: a registry, or a layout on disk. */
export interface ImageSource {
  /** For messages: a host, or a folder. */
  readonly name: string;
  /** A manifest by tag or digest. Throws `Failed` (`registry/not-found`) where there is none. */
  getManifest(repository: string, reference: string, signal: AbortSignal): Promise<Manifest>;
  /** A blob's bytes from the first to the last; the stream fails unless size and digest are what the descriptor says. */
  openBlob(repository: string, blob: Descriptor, signal: AbortSignal): Promise<Readable>;
}

/** What a HEAD of a manifest tells. */
export interface ManifestHead {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
}
