import { berkeleyValues, isBerkeley } from "./berkeley.ts";
import { type Package, readPackage } from "./package.ts";
import { isSqlite, sqliteBlobs } from "./sqlite.ts";
import { Unreadable } from "./unreadable.ts";

/** Where Red Hat's own check looks for the packages of an image, in this order; elsewhere it finds none. */
export const DATABASES = [
  "usr/lib/sysimage/rpm/rpmdb.sqlite",
  "var/lib/rpm/rpmdb.sqlite",
  "var/lib/rpm/Packages",
] as const;

/** SQLite's write-ahead log stands beside its file under this ending. */
export const LOG = "-wal";

/** A database that was found in a layer: its packages, or why they cannot be read. */
export type PackageList =
  | { readonly kind: "read"; readonly packages: readonly Package[] }
  | { readonly kind: "unreadable"; readonly because: string };

/** Reads all packages of a database, of whichever kind it is. `log` is SQLite's write-ahead log beside it. */
export function readDatabase(bytes: Buffer, log?: Buffer): PackageList {
  try {
    return { kind: "read", packages: blobsOf(bytes, log).map(readPackage) };
  } catch (cause) {
    if (cause instanceof Unreadable) return { kind: "unreadable", because: cause.message };
    throw cause;
  }
}

function blobsOf(bytes: Buffer, log: Buffer | undefined): readonly Buffer[] {
  if (isSqlite(bytes)) return sqliteBlobs(bytes, "Packages", log);
  if (isBerkeley(bytes)) return berkeleyValues(bytes);
  throw new Unreadable("it is a database neither of SQLite nor of Berkeley DB");
}
