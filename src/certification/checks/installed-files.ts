import { cleanPath } from "../image/paths.ts";
import type { Package } from "../rpm/package.ts";

/** Which package put a file where it is. */
export interface Installed {
  readonly ownerOf: (path: string) => Package | undefined;
}

/** Files that may change: configuration, documentation and the like (rpm's rpmfiles.h). */
const FREE =
  (1 << 0) | // config
  (1 << 1) | // doc
  (1 << 3) | // missingok
  (1 << 6) | // ghost
  (1 << 7) | // license
  (1 << 8) | // readme
  (1 << 12); // artifact
const FREE_PREFIXES = ["etc", "var", "run", "usr/lib/.build-id", "usr/tmp", "usr/share/openstack-dashboard"] as const;

/** The files of packages that have to stay as they are. */
export function installedBy(packages: readonly Package[]): Installed {
  const owners = new Map<string, Package>();
  for (const one of packages) {
    for (const { path: written, flags } of one.files) {
      const path = cleanPath(written);
      if ((flags & FREE) !== 0 || isFree(path) || isSameElsewhere(owners.get(path), one)) continue;
      owners.set(path, one);
    }
  }
  return { ownerOf: (path) => owners.get(path) };
}

const isFree = (path: string): boolean =>
  FREE_PREFIXES.some((prefix) => path.startsWith(prefix)) || (path.startsWith("usr/") && path.endsWith(".cache"));

/** Packages of two architectures may share a file: it is of the first. */
const isSameElsewhere = (owner: Package | undefined, one: Package): boolean =>
  owner !== undefined &&
  owner.name === one.name &&
  owner.version === one.version &&
  owner.release === one.release &&
  owner.arch !== one.arch;
