import { posix } from "node:path";
import { checkedName, type Span } from "../entries.ts";
import { badEntry, notAnArchive } from "../failures.ts";
import type { TarEntry } from "../tar/read-tar.ts";

/** Finds entries of a docker archive by name, also by way of links, as old dockers and skopeo write them. */
export type FindEntry = (path: string) => Span;

/** Links may lead to entries of the same tar only. Throws `Failed` (`archive/bad-entry`, `archive/not-an-archive`). */
export function entryFinder(entries: readonly TarEntry[], name: string): FindEntry {
  const found = new Map<string, TarEntry>();
  for (const entry of entries) {
    const path = checkedName(entry.name, name);
    if (!/^[0125]$/.test(entry.type)) throw badEntry(name, entry.name, "which is neither a file nor a folder");
    found.set(
      path,
      entry.type === "1" || entry.type === "2" ? { ...entry, linkName: target(path, entry, name) } : entry,
    );
  }
  return (path) => {
    let entry = found.get(checkedName(path, name));
    for (let steps = 0; entry !== undefined && entry.type !== "0" && steps < 8; steps++) {
      entry = entry.type === "5" ? undefined : found.get(entry.linkName);
    }
    if (entry?.type !== "0")
      throw notAnArchive(name, `it names ${JSON.stringify(path.slice(0, 140))}, and has no such file`);
    return { offset: entry.offset, size: entry.size };
  };
}

/** A symbolic link is read from where it stands, a hard one from the top. */
function target(path: string, { type, linkName, name: entry }: TarEntry, name: string): string {
  if (linkName.startsWith("/")) throw badEntry(name, entry, `a link to ${linkName}`);
  const joined = type === "2" ? posix.join(posix.dirname(path), linkName) : posix.normalize(linkName);
  if (joined.split("/").includes("..")) throw badEntry(name, entry, `a link to ${linkName}`);
  return joined;
}
