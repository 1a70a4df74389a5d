import type { Failure } from "../failure/index.ts";
import type { Archive } from "../oci/index.ts";
import { declaredName, type Lock, type LockedImage } from "../release/index.ts";
import { chartsInArchive } from "./charts-in-archive.ts";
import type { Cell, Row, Status } from "./status.ts";

/**
 * Offline: how the images of a lock stand in an archive. What config and lock disagree on is unknown: which of the two
 * the release is, nobody can tell. Asks nobody. Throws what reading a damaged archive throws.
 */
export async function surveyArchive(
  lock: Lock,
  archive: Archive,
  options: {
    readonly isSelected: (name: string) => boolean;
    readonly referenced: ReadonlyMap<string, readonly string[]> | undefined;
    /** By the key of the image under `images`, how the config differs from the lock. */
    readonly disagreements: ReadonlyMap<string, Failure>;
  },
): Promise<Status> {
  const { isSelected, referenced, disagreements } = options;
  const column = archive.name;
  const rowOf = async (name: string, locked: LockedImage | undefined): Promise<Row> => {
    const failure = disagreements.get(declaredName(name));
    const cell: Cell =
      failure !== undefined
        ? { state: "unknown", failure }
        : locked === undefined
          ? { state: "missing" }
          : await cellOf(locked, archive);
    return {
      kind: "image",
      name,
      version: locked?.tag,
      digest: locked?.digest,
      upstream: { kind: "unknown" },
      referenced: referenced === undefined ? undefined : (referenced.get(name) ?? []),
      hold: locked?.why,
      cells: new Map([[column, cell]]),
    };
  };
  const known = new Set([...lock.images.keys()].map(declaredName));
  const names = [...lock.images.keys(), ...[...disagreements.keys()].filter((name) => !known.has(name))];
  const rows = names.filter(isSelected).map((name) => rowOf(name, lock.images.get(name)));
  const charts = await chartsInArchive(lock, archive, options);
  return { targets: [column], rows: [...charts, ...(await Promise.all(rows))], extra: undefined };
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
