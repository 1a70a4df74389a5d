import { type Digest, isDigest } from "../digest.ts";
import { badEntry, notAnArchive } from "./failures.ts";
import type { TarEntry } from "./tar/read-tar.ts";

/** Where things stand in a tar that is an OCI layout. */
export interface LayoutEntries {
  readonly index: Span;
  readonly layoutFile: Span;
  readonly blobs: ReadonlyMap<Digest, Span>;
}

export interface Span {
  readonly offset: number;
  readonly size: number;
}

/**
 * Finds the parts of an OCI layout among the entries of a tar. What else there is, is left alone (docker writes
 * `manifest.json` beside), but names that lead out of the archive, links and what is there twice are refused:
 * nobody knows what another program would make of them. Throws `Failed` (`archive/bad-entry`, `archive/not-an-archive`).
 */
export function layoutEntries(entries: readonly TarEntry[], name: string): LayoutEntries {
  const files = filesIn(entries, name);
  const index = files.get("index.json");
  const layoutFile = files.get("oci-layout");
  if (index === undefined) throw notAnArchive(name, "it has no index.json");
  if (layoutFile === undefined) throw notAnArchive(name, "it has no oci-layout file");
  const blobs = new Map<Digest, Span>();
  for (const [path, { offset, size }] of files) {
    const digest = /^blobs\/([^/]+)\/([^/]+)$/.exec(path)?.slice(1).join(":");
    if (digest !== undefined && isDigest(digest)) blobs.set(digest, { offset, size });
  }
  return { index, layoutFile, blobs };
}

/** The regular files of a tar by their names, each checked. Throws `Failed` (`archive/bad-entry`). */
export function filesIn(entries: readonly TarEntry[], name: string): ReadonlyMap<string, TarEntry> {
  const files = new Map<string, TarEntry>();
  for (const entry of entries) {
    const path = checkedName(entry.name, name);
    if (entry.type === "5") continue;
    if (entry.type === "1" || entry.type === "2") throw badEntry(name, entry.name, `a link to ${entry.linkName}`);
    if (entry.type !== "0") throw badEntry(name, entry.name, "which is neither a file nor a folder");
    if (files.has(path)) throw badEntry(name, entry.name, "and holds it twice");
    files.set(path, entry);
  }
  return files;
}

/** The name without `./` before it. */
export function checkedName(path: string, name: string): string {
  if (ORDINARY.test(path)) return path;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || parts.includes("..") || path.includes("\\") || hasControl(path)) {
    throw badEntry(name, path, "a name that leads out of it");
  }
  return parts.join("/");
}

/** As almost all are: an archive may have a hundred thousand. */
const ORDINARY = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

const hasControl = (path: string): boolean => [...path].some((letter) => letter < " ");
