import type { Archive } from "../oci/index.ts";
import type { Lock, LockedImage } from "../release/index.ts";
import type { Cell, Row, Status } from "./status.ts";

/** Offline: how the images of a lock stand in an archive. Asks nobody. Throws what reading a damaged archive throws. */
export async function surveyArchive(
  lock: Lock,
  archive: Archive,
  options: {
    readonly isSelected: (name: string) => boolean;
    readonly referenced: ReadonlyMap<string, readonly string[]> | undefined;
  },
): Promise<Status> {
  const column = archive.name;
  const rows = [...lock.images]
    .filter(([name]) => options.isSelected(name))
    .map(async ([name, locked]): Promise<Row> => {
      const cell = await cellOf(locked, archive);
      return {
        kind: "image",
        name,
        version: locked.tag,
        digest: locked.digest,
        upstream: { kind: "unknown" },
        referenced: options.referenced === undefined ? undefined : (options.referenced.get(name) ?? []),
        hold: locked.why,
        cells: new Map([[column, cell]]),
      };
    });
  return { targets: [column], rows: await Promise.all(rows), extra: undefined };
}

/** The image itself, or what is left of it when only some platforms were saved; else what has its tag there. */
async function cellOf(locked: LockedImage, archive: Archive): Promise<Cell> {
  const { digest, tag, platforms } = locked;
  if (archive.blobs.has(digest)) return { state: "up-to-date", digest };
  const found = tag === undefined ? undefined : await atTag(archive, locked.repository, tag);
  if (found === undefined) return { state: "missing" };
  const manifest = await archive.getManifest(found.repository, found.digest, new AbortController().signal);
  const parts = new Set([...platforms.values()].map((platform) => platform.digest as string));
  const children =
    manifest.kind === "index" ? manifest.manifests.filter(({ platform }) => platform?.os !== "unknown") : [];
  const isTrimmed = children.length > 0 && children.every((child) => parts.has(child.digest));
  return isTrimmed
    ? { state: "up-to-date", digest: found.digest }
    : { state: "other-digest", digest: found.digest, wanted: digest };
}

/** An archive may name its repositories with their host or without. */
async function atTag(archive: Archive, repository: string, tag: string) {
  const path = repository.slice(repository.indexOf("/") + 1);
  for (const name of [repository, path]) {
    const found = await archive.resolve(name, tag);
    if (found !== undefined) return { repository: name, digest: found.digest };
  }
  return undefined;
}
