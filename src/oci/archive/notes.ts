import { type Digest, digestOf, isDigest } from "../digest.ts";
import type { Catalogue } from "../layout/catalogue.ts";

/** What mirror writes into the annotations of an archive's index.json, beside the images. */
export interface ArchiveNotes {
  /** The blob with the text of the lock that the archive fulfils. */
  readonly lock: Digest | undefined;
  /** The archive or lock that this one builds on: blobs of it are not in here. */
  readonly base: string | undefined;
  /** The digest of the base's images, by which it is known whatever its file is called now. */
  readonly baseImages: Digest | undefined;
  /** Which of several volumes this is: `2/3`. */
  readonly volume: string | undefined;
}

const KEYS = {
  lock: "mirror.archive.lock",
  base: "mirror.archive.base",
  baseImages: "mirror.archive.base.images",
  volume: "mirror.archive.volume",
} as const satisfies Record<keyof ArchiveNotes, string>;

export const NO_NOTES: ArchiveNotes = { lock: undefined, base: undefined, baseImages: undefined, volume: undefined };

/** Reads the notes of an index; those of other tools' indexes are empty. */
export function notesOf({ rest }: Catalogue): ArchiveNotes {
  const { annotations } = rest;
  const said = typeof annotations === "object" && annotations !== null ? (annotations as Record<string, unknown>) : {};
  const text = (key: keyof ArchiveNotes): string | undefined => {
    const value = said[KEYS[key]];
    return typeof value === "string" ? value : undefined;
  };
  const digest = (key: "lock" | "baseImages"): Digest | undefined => {
    const value = text(key);
    return value !== undefined && isDigest(value) ? value : undefined;
  };
  return { lock: digest("lock"), base: text("base"), baseImages: digest("baseImages"), volume: text("volume") };
}

/** What several files of an archive note together: the first that says something counts. */
export function archiveNotes(catalogues: readonly Catalogue[]): ArchiveNotes {
  const all = catalogues.map(notesOf);
  const first = <Key extends keyof ArchiveNotes>(key: Key) => all.find((notes) => notes[key] !== undefined)?.[key];
  return { lock: first("lock"), base: first("base"), baseImages: first("baseImages"), volume: first("volume") };
}

/** The notes as the fields of an index; none where there is nothing to note. */
export function annotated(notes: ArchiveNotes): Readonly<Record<string, unknown>> {
  const entries = Object.entries(KEYS).flatMap(([name, key]) => {
    const value = notes[name as keyof ArchiveNotes];
    return value === undefined ? [] : [[key, value] as const];
  });
  return entries.length === 0 ? {} : { annotations: Object.fromEntries(entries) };
}

/** By what an archive is known whatever its file is called: its images, by name and digest. */
export function imagesDigest({ repositories }: Catalogue): Digest {
  const lines = [...repositories].flatMap(([repository, { tags }]) =>
    [...tags].filter(([tag]) => !isDigestTag(tag)).map(([tag, digest]) => `${repository}:${tag} ${digest}\n`),
  );
  return digestOf(lines.sort().join(""));
}

/** A tag that is made of a digest: what stands there belongs to an image and is none. */
export const isDigestTag = (tag: string): boolean => /^sha(?:256|512)-[0-9a-f]{64,}(?:\.\w+)?$/.test(tag);
