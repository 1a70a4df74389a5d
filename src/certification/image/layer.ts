import type { PackageList } from "../rpm/database.ts";

/** An entry of a layer's tar, without its content. */
export interface Entry {
  /** Clean, without a slash before or behind it; empty for the root. */
  readonly path: string;
  readonly kind: "file" | "folder" | "symlink" | "hardlink" | "other";
  /** Permissions with setuid 04000 and setgid 02000. */
  readonly mode: number;
  /** Bytes of a file. */
  readonly size: number;
  /** Where a link points, as it is written. */
  readonly target: string;
  /** Whether the file has capabilities (extended attribute `security.capability`). */
  readonly capabilities: "some" | "none";
}

/** All that is kept of a layer once it was read through. */
export interface Layer {
  /** In the order of the tar. */
  readonly entries: readonly Entry[];
  /** Bytes of the tar. */
  readonly size: number;
  /** Databases of rpm by their paths. */
  readonly databases: ReadonlyMap<string, PackageList>;
  /** The texts of small files that checks read, by their paths. */
  readonly texts: ReadonlyMap<string, string>;
}
